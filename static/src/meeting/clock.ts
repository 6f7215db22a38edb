// The time a meeting has left, by the server's clock.

export interface Clock {
  /** Milliseconds since 1970 by the server's clock; 0 without an end. */
  endsAt: number;
  /** What to add to this machine's clock to get the server's. */
  offset: number;
}

/** How pressing the end is: `soon` from five minutes, `last` from one. */
export type Urgency = "calm" | "soon" | "last";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Minutes before the end at which everybody is told. */
export const warnings = [10, 5, 1] as const;
export type Warning = (typeof warnings)[number];

/** A clock from what the server said, read at the local time `local`. */
export const clockFrom = (said: { endsAt: number; now: number }, local: number): Clock => ({
  endsAt: said.endsAt,
  offset: said.now - local,
});

/** Messages are late by less than this; a larger difference means that this machine's clock was set. */
const latest = 30 * second;

/**
 * The clock after one more message. Every message is a little late, never early, so the reading that
 * puts the server's clock furthest ahead is the best one. `local` null says that the message is old:
 * then only its end counts.
 */
export function heard(clock: Clock, said: { endsAt: number; now: number }, local: number | null): Clock {
  if (local === null) return { endsAt: said.endsAt, offset: clock.offset };
  const offset = said.now - local;
  const reset = Math.abs(offset - clock.offset) > latest;
  return { endsAt: said.endsAt, offset: reset ? offset : Math.max(offset, clock.offset) };
}

/** Milliseconds left, never below zero; null when the meeting has no end. */
export function timeLeft(clock: Clock, local: number): number | null {
  if (clock.endsAt === 0) return null;
  return Math.max(0, clock.endsAt - (local + clock.offset));
}

export function urgency(left: number | null): Urgency {
  if (left === null || left > 5 * minute) return "calm";
  return left > minute ? "soon" : "last";
}

/** The warning that falls due when the time left goes from `before` to `after`; the nearest one counts. */
export function warningDue(before: number | null, after: number | null): Warning | null {
  if (before === null || after === null) return null;
  const passed = warnings.filter((w) => before > w * minute && after <= w * minute);
  return passed.at(-1) ?? null;
}

/** Has the end moved away by enough to be worth telling? */
export function lifted(before: Clock, after: Clock): boolean {
  if (before.endsAt === 0) return false;
  return after.endsAt === 0 || after.endsAt - before.endsAt > 30 * second;
}

export interface Reading {
  hours: number;
  minutes: number;
  seconds: number;
}

/** The time left in whole seconds, rounded up, so that it reaches 0:00 at the end and not before. */
export function reading(left: number): Reading {
  const total = Math.ceil(left / second);
  return {
    hours: Math.floor(total / 3600),
    minutes: Math.floor((total % 3600) / 60),
    seconds: total % 60,
  };
}

/** "12:41", under an hour. */
export function minutesAndSeconds(left: number): string {
  const r = reading(left);
  return `${r.hours * 60 + r.minutes}:${String(r.seconds).padStart(2, "0")}`;
}

export const anHour = hour;

/** How much of the dial is lit: a clock face's hour, and in the last minute a face of seconds. */
export function dial(left: number): number {
  const face = left <= minute ? minute : hour;
  return Math.min(1, left / face);
}

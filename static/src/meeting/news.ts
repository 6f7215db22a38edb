// What to tell people about a change. Pure: two states in, sentences out.
import { lifted, timeLeft, warningDue, anHour, reading } from "./clock.ts";
import type { Person, State } from "./state.ts";
import type { Texts } from "./texts.ts";

export interface News {
  text: string;
  /** How it looks: a quiet line, the lamp's colour for time, red for trouble. */
  tone: "plain" | "lamp" | "danger" | "hand";
}

/** More comings or goings than this at once are told as a number. */
const namedAtOnce = 2;

/** Comings, goings, a lifted limit and a line that is back. */
export function newsOf(now: State, before: State, t: Texts, local: number): News[] {
  return [...lineNews(now, before, t), ...peopleNews(now, before, t), ...screenNews(now, before, t), ...limitNews(now, before, t, local)];
}

function lineNews(now: State, before: State, t: Texts): News[] {
  const back = before.connection === "reconnecting" && now.connection === "live";
  return back ? [{ text: t("meeting.news.back"), tone: "plain" }] : [];
}

/** Screens that come and go; those of people who left are told of with them. */
function screenNews(now: State, before: State, t: Texts): News[] {
  if (before.connection === "connecting" || now.stage.shares === before.stage.shares) return [];
  const is = new Set(now.stage.shares.map((s) => s.identity));
  const was = new Set(before.stage.shares.map((s) => s.identity));
  const here = new Set(now.people.map((p) => p.identity));
  const started = now.stage.shares.filter((s) => !was.has(s.identity));
  const stopped = before.stage.shares.filter((s) => !is.has(s.identity) && here.has(s.identity));
  return [...started.map((s) => t("meeting.share.started", { name: s.name })), ...stopped.map((s) => t("meeting.share.stopped", { name: s.name }))].map((text) => ({ text, tone: "plain" }));
}

/** Who was here before oneself is not news. */
function peopleNews(now: State, before: State, t: Texts): News[] {
  if (before.connection === "connecting" || now.people === before.people) return [];
  const joined = missing(now.people, before.people);
  const left = missing(before.people, now.people);
  return [...told("meeting.news.joined", joined, t), ...told("meeting.news.left", left, t)];
}

function missing(from: readonly Person[], other: readonly Person[]): Person[] {
  const there = new Set(other.map((p) => p.identity));
  return from.filter((p) => !p.self && !there.has(p.identity));
}

function told(key: string, people: Person[], t: Texts): News[] {
  if (people.length > namedAtOnce) return [{ text: t.count(`${key}.many`, people.length), tone: "plain" }];
  return people.map((p) => ({ text: t(key, { name: p.name }), tone: "plain" }));
}

function limitNews(now: State, before: State, t: Texts, local: number): News[] {
  if (before.upgrade === "paying" && now.limit > before.limit) return [{ text: t("meeting.upgrade.changed", { plan: now.plan, people: now.limit }), tone: "plain" }];
  if (now.clock === before.clock) return [];
  if (lifted(now.clock, before.clock)) {
    const left = timeLeft(now.clock, local) ?? 0;
    return left > 0 ? [{ text: t("meeting.news.shortened", { left: spoken(left, t) }), tone: "lamp" }] : [];
  }
  if (!lifted(before.clock, now.clock)) return [];
  if (before.upgrade === "paying") return [{ text: t("meeting.upgrade.thanks"), tone: "plain" }];
  const left = timeLeft(now.clock, local);
  if (left === null) return [{ text: t("meeting.news.lifted.none"), tone: "plain" }];
  return [{ text: t("meeting.news.lifted", { left: spoken(left, t) }), tone: "plain" }];
}

/** The warning for time that has passed, if one fell due. */
export function timeNews(before: number | null, after: number | null, t: Texts): News[] {
  const due = warningDue(before, after);
  if (due === null) return [];
  return [{ text: t.count("meeting.news.minutes", due), tone: due === 1 ? "danger" : "lamp" }];
}

/** "12 minutes", "29 h 58 min": a length as people say it. */
export function spoken(left: number, t: Texts): string {
  const r = reading(left);
  if (left < anHour) return t.count("meeting.minutes", Math.max(1, r.minutes));
  return t("meeting.hours", { hours: r.hours, minutes: r.minutes });
}

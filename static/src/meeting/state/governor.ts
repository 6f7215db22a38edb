// Asks less of a device that is too busy: first of what is sent, then of what is received. Pure: the clock is handed in.

/**
 * 0 asks for everything; 1 sends no large picture, 2 only the small one; 3 receives small pictures, too; 4 only few of them.
 */
export type Step = 0 | 1 | 2 | 3 | 4;

/** How the device did since the look before. */
export interface Look {
  /** Milliseconds of a clock that never goes back. */
  at: number;
  /** The encoder sends smaller pictures than it should, for want of computing time. */
  cpu: boolean;
  /** The share of the time in which the page could not answer, 0 to 1. */
  blocked: number;
  /** The share of pictures that came and were never shown, 0 to 1. */
  dropped: number;
}

export interface Governor {
  step: Step;
  /** Since when the device has been too busy, or well, without a break. */
  since: number | null;
  busy: boolean;
  /** How long it has to be well before more is asked of it, in milliseconds. */
  patience: number;
  /** When more was last asked of it. */
  raised: number | null;
}

const tooBlocked = 0.35;
const tooDropped = 0.25;
/** How long it has to be too busy before less is asked of it. */
export const busyFor = 8000;
export const firstPatience = 30_000;
const mostPatience = 240_000;
/** Being too busy again so soon after more was asked of it says that this was too early. */
const tooEarly = 60_000;

/** Pictures of people that are received at the last step. */
export const fewPictures = 4;

export const unburdened: Governor = { step: 0, since: null, busy: false, patience: firstPatience, raised: null };

/** Whether that was too much for the device. */
export const tooBusy = ({ cpu, blocked, dropped }: Look): boolean => cpu || blocked > tooBlocked || dropped > tooDropped;

/** What to ask of the device after another look at it; null when it could not be looked at, because the page was hidden. */
export function govern(before: Governor, look: Look | null): Governor {
  if (!look) return before.since === null ? before : { ...before, since: null };
  const busy = tooBusy(look);
  if (before.since === null || busy !== before.busy) return { ...before, busy, since: look.at };
  const lasted = look.at - before.since;
  if (busy) return lasted < busyFor || before.step === 4 ? before : lowered(before, look.at);
  return lasted < before.patience || before.step === 0 ? before : { ...before, step: (before.step - 1) as Step, since: look.at, raised: look.at };
}

function lowered(before: Governor, at: number): Governor {
  const early = before.raised !== null && at - before.raised < tooEarly;
  const patience = early ? Math.min(before.patience * 2, mostPatience) : before.step === 0 ? firstPatience : before.patience;
  return { ...before, step: (before.step + 1) as Step, since: at, raised: null, patience };
}

/** Which of the pictures on a page are received at this step, first ones first. */
export const picturesAt = (step: Step): number => (step < 4 ? Infinity : fewPictures);

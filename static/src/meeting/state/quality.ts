// How good everybody's connection is, as the node judges it, shown calmly. Pure: the clock is handed in.

import type { Figures } from "../session/figures.ts";
import { type Governor, type Look, govern, unburdened } from "./governor.ts";

/** `lost`: nothing comes and goes any more, and the person is expected back. */
export type Level = "good" | "weak" | "poor" | "lost";

const ranks: Record<Level, number> = { good: 0, weak: 1, poor: 2, lost: 3 };

/** How long the node has to say something worse, or something better, before it is shown, in milliseconds. A lost line is shown at once. */
export const worseAfter = 2000;
export const betterAfter = 6000;

/** What is shown of one person, and what has been heard since. */
export interface Mark {
  shown: Level;
  heard: Level;
  /** When the node began to say something worse, or something better, than what is shown. */
  since: number;
}

export interface QualityState {
  /** By identity. */
  marks: Readonly<Record<string, Mark>>;
  /** The panel with sentences and numbers is open. */
  open: boolean;
  /** Numbers of the last seconds, while the panel is open. */
  figures: Figures | null;
  /** What is asked of this device; nothing less than everything where the person wants it so. */
  governor: Governor;
  spares: boolean;
  /** How often one's own connection has become bad enough to be told of, and when last. */
  warnings: number;
  warned: number;
}

export type QualityAct =
  /** What the node says now of everybody who is here. */
  | { do: "heard"; levels: Readonly<Record<string, Level>>; me: string; at: number }
  | { do: "tick"; me: string; at: number }
  | { do: "figures"; figures: Figures | null }
  /** Another look at the device; null while the page is hidden. */
  | { do: "look"; look: Look | null }
  | { do: "spares"; on: boolean }
  | { do: "open"; open: boolean };

export const noQuality: QualityState = { marks: {}, open: false, figures: null, governor: unburdened, spares: true, warnings: 0, warned: -Infinity };

/** A connection that comes and goes is told of once in so many milliseconds. */
const warnEvery = 60_000;

export const levelOf = ({ marks }: QualityState, identity: string): Level => marks[identity]?.shown ?? "good";

export const worseThan = (a: Level, b: Level): boolean => ranks[a] > ranks[b];

/** The state after an act. Returns the same value when nothing changed. */
export function reduceQuality(state: QualityState, act: QualityAct): QualityState {
  switch (act.do) {
    case "heard": {
      const marks = Object.entries(act.levels).map(([identity, level]) => [identity, settled(told(state.marks[identity], level, act.at), act.at)] as const);
      const same = marks.length === Object.keys(state.marks).length && marks.every(([identity, mark]) => mark === state.marks[identity]);
      return same ? state : warned(state, { ...state, marks: Object.fromEntries(marks) }, act);
    }
    case "tick": {
      const due = Object.entries(state.marks).filter(([, mark]) => settled(mark, act.at) !== mark);
      if (due.length === 0) return state;
      return warned(state, { ...state, marks: { ...state.marks, ...Object.fromEntries(due.map(([identity, mark]) => [identity, settled(mark, act.at)])) } }, act);
    }
    case "figures":
      return state.figures === act.figures ? state : { ...state, figures: act.figures };
    case "look": {
      const governor = state.spares ? govern(state.governor, act.look) : unburdened;
      return governor === state.governor ? state : { ...state, governor };
    }
    case "spares":
      return state.spares === act.on ? state : { ...state, spares: act.on, governor: unburdened };
    case "open":
      return state.open === act.open ? state : { ...state, open: act.open, figures: null };
  }
}

/** Counts a change of one's own connection for the worse. */
function warned(before: QualityState, now: QualityState, { me, at }: { me: string; at: number }): QualityState {
  const level = levelOf(now, me);
  const worse = (level === "poor" || level === "lost") && worseThan(level, levelOf(before, me));
  return worse && at - before.warned >= warnEvery ? { ...now, warnings: before.warnings + 1, warned: at } : now;
}

/** What the node first says of somebody is shown as it is. Of what came before, only its direction counts: from weak to poor is still worse than good. */
function told(mark: Mark | undefined, level: Level, at: number): Mark {
  if (!mark) return { shown: level, heard: level, since: at };
  if (mark.heard === level) return mark;
  const direction = (of: Level) => Math.sign(ranks[of] - ranks[mark.shown]);
  return { ...mark, heard: level, since: direction(level) === direction(mark.heard) ? mark.since : at };
}

function settled(mark: Mark, at: number): Mark {
  if (mark.heard === mark.shown) return mark;
  const wait = mark.heard === "lost" ? 0 : worseThan(mark.heard, mark.shown) ? worseAfter : betterAfter;
  return at - mark.since < wait ? mark : { shown: mark.heard, heard: mark.heard, since: at };
}

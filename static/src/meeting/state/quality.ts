// How good everybody's connection is, as the node judges it, shown calmly. Pure: the clock is handed in.

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
}

export type QualityAct =
  /** What the node says now of everybody who is here. */
  | { do: "heard"; levels: Readonly<Record<string, Level>>; at: number }
  | { do: "tick"; at: number }
  | { do: "open"; open: boolean };

export const noQuality: QualityState = { marks: {}, open: false };

export const levelOf = ({ marks }: QualityState, identity: string): Level => marks[identity]?.shown ?? "good";

export const worseThan = (a: Level, b: Level): boolean => ranks[a] > ranks[b];

/** The state after an act. Returns the same value when nothing changed. */
export function reduceQuality(state: QualityState, act: QualityAct): QualityState {
  switch (act.do) {
    case "heard": {
      const marks = Object.entries(act.levels).map(([identity, level]) => [identity, settled(told(state.marks[identity], level, act.at), act.at)] as const);
      const same = marks.length === Object.keys(state.marks).length && marks.every(([identity, mark]) => mark === state.marks[identity]);
      return same ? state : { ...state, marks: Object.fromEntries(marks) };
    }
    case "tick": {
      const due = Object.entries(state.marks).filter(([, mark]) => settled(mark, act.at) !== mark);
      if (due.length === 0) return state;
      return { ...state, marks: { ...state.marks, ...Object.fromEntries(due.map(([identity, mark]) => [identity, settled(mark, act.at)])) } };
    }
    case "open":
      return state.open === act.open ? state : { ...state, open: act.open };
  }
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

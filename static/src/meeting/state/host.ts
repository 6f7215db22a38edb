// Who leads the meeting, whose hands are up, and what the host has decided: as the server says it. Pure.

export interface Hand {
  id: string;
  /** When it was raised, by the server's clock: milliseconds since 1970. */
  at: number;
}

/** What the host leaves to the others. */
export interface Rules {
  share: boolean;
  chat: boolean;
  unmute: boolean;
  rename: boolean;
}

export type Rule = keyof Rules;
export const rules: readonly Rule[] = ["share", "chat", "unmute", "rename"];

/** What the server tells everybody. Of two, the one with the higher number holds. */
export interface Hosting {
  rev: number;
  /** Identity, or empty while nobody leads. */
  host: string;
  cohosts: readonly string[];
  /** Of the co-hosts, those with as much to say as the host. */
  leaders: readonly string[];
  /** In the order they were raised. */
  hands: readonly Hand[];
  /** Identity of who leads when the host goes now, or empty for nobody. */
  next: string;
  /** Identity of whom everybody sees large, or empty. */
  spotlight: string;
  locked: boolean;
  may: Rules;
}

export interface HostState extends Hosting {
  /** The panel of tools is open. */
  open: boolean;
  /** Who asks this person to unmute, or empty. */
  asked: string;
  /** The node takes this person's microphone. */
  maySpeak: boolean;
}

export type HostAct =
  | { do: "said"; hosting: Hosting }
  | { do: "asked"; by: string }
  | { do: "maySpeak"; may: boolean }
  | { do: "open"; open: boolean };

export const initialHost: HostState = {
  rev: -1,
  host: "",
  cohosts: [],
  leaders: [],
  hands: [],
  next: "",
  spotlight: "",
  locked: false,
  may: { share: true, chat: true, unmute: true, rename: true },
  open: false,
  asked: "",
  maySpeak: true,
};

/** The state after an act. Returns the same value when nothing changed, or what was said is older than what is known. */
export function reduceHost(state: HostState, act: HostAct): HostState {
  switch (act.do) {
    case "said":
      return act.hosting.rev < state.rev ? state : { ...state, ...act.hosting };
    case "asked":
      return act.by === state.asked ? state : { ...state, asked: act.by };
    case "maySpeak":
      return act.may === state.maySpeak ? state : { ...state, maySpeak: act.may };
    case "open":
      return act.open === state.open ? state : { ...state, open: act.open };
  }
}

/** How much somebody has to say: `host`, `cohost`, or nothing of it. */
export function roleOf(state: Hosting, identity: string): "host" | "cohost" | "" {
  if (state.host === identity && identity !== "") return "host";
  return state.cohosts.includes(identity) ? "cohost" : "";
}

export const leads = (state: Hosting, identity: string): boolean => roleOf(state, identity) !== "";

/** The places of raised hands among those who are here, from 1. */
export function placesOf(state: Hosting, here: ReadonlySet<string>): ReadonlyMap<string, number> {
  return new Map(state.hands.filter((h) => here.has(h.id)).map((h, i) => [h.id, i + 1]));
}

/** How much somebody has to say, as a number: of two who lead, the one with less does not decide about the other. */
export function rankOf(state: Hosting, identity: string): 0 | 1 | 2 {
  if (roleOf(state, identity) === "host" || state.leaders.includes(identity)) return 2;
  return state.cohosts.includes(identity) ? 1 : 0;
}

const names = (list: unknown[]): string[] => list.filter((one): one is string => typeof one === "string");

/** Reads what the server says; null for anything else, a number for news that is too long and has to be asked for. */
export function hostingFrom(value: unknown): Hosting | number | null {
  if (typeof value !== "object" || value === null) return null;
  const { rev, host, cohosts, leaders, hands, next, spotlight, locked, may } = value as Record<string, unknown>;
  if (typeof rev !== "number") return null;
  if (host === undefined) return rev;
  if (typeof host !== "string" || typeof spotlight !== "string" || typeof locked !== "boolean") return null;
  if (!Array.isArray(cohosts) || !Array.isArray(hands) || typeof may !== "object" || may === null) return null;
  const allowed = may as Record<string, unknown>;
  return {
    rev,
    host,
    cohosts: names(cohosts),
    leaders: Array.isArray(leaders) ? names(leaders) : [],
    hands: hands.filter((h): h is Hand => typeof h === "object" && h !== null && typeof h.id === "string" && typeof h.at === "number"),
    next: typeof next === "string" ? next : "",
    spotlight,
    locked,
    may: { share: allowed["share"] !== false, chat: allowed["chat"] !== false, unmute: allowed["unmute"] !== false, rename: allowed["rename"] !== false },
  };
}

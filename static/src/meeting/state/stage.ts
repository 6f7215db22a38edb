// How the stage is arranged, what is shared on it, and what this person chose to see. Pure.
import type { Picture } from "../state.ts";

/** `grid` shows everybody alike, `speaker` and `sidebar` one person large: squares, or one narrow column, beside them. */
export type Layout = "grid" | "speaker" | "sidebar";
export const layouts: readonly Layout[] = ["grid", "speaker", "sidebar"];

/** What a shared screen is tuned for: sharp letters, or smooth motion. */
export type Hint = "text" | "motion";

/** A screen that somebody else shares. */
export interface Share {
  identity: string;
  name: string;
  /** None before it comes, and in an encrypted meeting before the key is here. */
  picture: Picture | null;
  sound: boolean;
}

/** Not every browser tells what was chosen. */
export type Surface = "screen" | "window" | "tab" | "unknown";

/** One's own shared screen. */
export interface OwnShare {
  /** `asking`: the browser shows its picker. */
  state: "off" | "asking" | "on";
  surface: Surface;
  sound: boolean;
  /** This browser shares sound, where the person wants it. */
  sounds: boolean;
  picture: Picture | null;
}

/** What this browser keeps for the next meeting. */
export interface Chosen {
  layout: Layout;
  hideSelf: boolean;
  mirror: boolean;
  hint: Hint;
  /** Single keys act. */
  keys: boolean;
}

export interface StageState extends Chosen {
  /** The others' screens, the newest last. */
  shares: readonly Share[];
  own: OwnShare;
  mayShare: boolean;
  /** The tile that this person wants large, or empty. */
  pin: string;
  /** The shared screen that fills the window, with nothing beside it; its tile, or empty. */
  alone: string;
  /** Pictures are not received. */
  soundOnly: boolean;
  /** This person talks although the microphone is off, or holds the space bar to be heard. */
  voice: "" | "unheard" | "pushed";
  /** The list of keys is open. */
  sheet: boolean;
  /** The meeting stands in a small window of its own as well. */
  floating: boolean;
  full: boolean;
}

export type StageAct =
  | { do: "choose"; change: Partial<Chosen> }
  | { do: "shares"; shares: readonly Share[] }
  | { do: "own"; change: Partial<OwnShare> }
  | { do: "mayShare"; may: boolean }
  | { do: "pin"; tile: string }
  | { do: "alone"; tile: string }
  | { do: "soundOnly"; on: boolean }
  | { do: "voice"; voice: StageState["voice"] }
  | { do: "sheet"; open: boolean }
  | { do: "floating"; on: boolean }
  | { do: "full"; on: boolean };

export const noShare: OwnShare = { state: "off", surface: "screen", sound: false, sounds: true, picture: null };
export const usual: Chosen = { layout: "grid", hideSelf: false, mirror: true, hint: "text", keys: true };

export const initialStage: StageState = {
  ...usual,
  shares: [],
  own: noShare,
  mayShare: true,
  pin: "",
  alone: "",
  soundOnly: false,
  voice: "",
  sheet: false,
  floating: false,
  full: false,
};

/** The name of a tile that shows somebody's screen. A person's own tile has their identity as its name. */
export const shareTile = (identity: string): string => `share:${identity}`;

/** Whose screen a tile shows, or null when it shows a person. */
export const sharerOf = (tile: string): string | null => (tile.startsWith("share:") ? tile.slice("share:".length) : null);

/** The stage after an act. Returns the same value when nothing changed. */
export function reduceStage(stage: StageState, act: StageAct): StageState {
  switch (act.do) {
    case "choose":
      return changed(stage, act.change);
    case "shares":
      return sharesChanged(stage, act.shares);
    case "own":
      return { ...stage, own: { ...stage.own, ...act.change } };
    case "mayShare":
      return changed(stage, { mayShare: act.may });
    case "pin":
      return changed(stage, { pin: stage.pin === act.tile ? "" : act.tile });
    case "alone":
      return changed(stage, { alone: act.tile });
    case "soundOnly":
      return changed(stage, { soundOnly: act.on });
    case "voice":
      return changed(stage, { voice: act.voice });
    case "sheet":
      return changed(stage, { sheet: act.open });
    case "floating":
      return changed(stage, { floating: act.on });
    case "full":
      return changed(stage, act.on ? { full: true } : { full: false, alone: "" });
  }
}

function changed(stage: StageState, change: Partial<StageState>): StageState {
  const differs = Object.entries(change).some(([key, value]) => stage[key as keyof StageState] !== value);
  return differs ? { ...stage, ...change } : stage;
}

/** Screens keep the order in which they came; when one is gone, nothing is pinned to it or filled by it any more. */
function sharesChanged(stage: StageState, now: readonly Share[]): StageState {
  const known = stage.shares.map((s) => s.identity);
  const place = (s: Share) => (known.includes(s.identity) ? known.indexOf(s.identity) : known.length);
  const shares = [...now].sort((a, b) => place(a) - place(b));
  const gone = (tile: string) => sharerOf(tile) !== null && !shares.some((s) => shareTile(s.identity) === tile);
  const [pin, alone] = [gone(stage.pin) ? "" : stage.pin, gone(stage.alone) ? "" : stage.alone];
  if (pin === stage.pin && alone === stage.alone && alike(stage.shares, shares)) return stage;
  return { ...stage, shares, pin, alone };
}

function alike(a: readonly Share[], b: readonly Share[]): boolean {
  const same = (x: Share, y: Share | undefined) => x.identity === y?.identity && x.name === y.name && x.picture === y.picture && x.sound === y.sound;
  return a.length === b.length && a.every((s, i) => same(s, b[i]));
}

/**
 * The tile that is large whoever speaks: what this person pinned, else whom the host put in the spotlight, else the
 * screen that was shared last. Empty when none of them is there. Nobody is large to themselves.
 */
export function largeTile(stage: StageState, others: readonly string[], spotlight: string): string {
  const sharer = sharerOf(stage.pin);
  if (sharer !== null || others.includes(stage.pin)) return stage.pin;
  if (others.includes(spotlight)) return spotlight;
  const newest = stage.shares.at(-1);
  return newest ? shareTile(newest.identity) : "";
}

/** What was kept by an earlier visit, as far as it makes sense. */
export function chosenFrom(kept: unknown): Chosen {
  const said = (typeof kept === "object" && kept !== null ? kept : {}) as Record<string, unknown>;
  const bit = (name: "hideSelf" | "mirror" | "keys") => (typeof said[name] === "boolean" ? said[name] : usual[name]);
  return {
    layout: layouts.find((l) => l === said["layout"]) ?? usual.layout,
    hint: said["hint"] === "motion" ? "motion" : usual.hint,
    hideSelf: bit("hideSelf"),
    mirror: bit("mirror"),
    keys: bit("keys"),
  };
}

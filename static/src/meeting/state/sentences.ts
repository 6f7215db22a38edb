// What is to be said of a connection, in plain sentences. Pure: what is known in, names of messages out.
import type { Figures } from "../session/figures.ts";
import type { Connection } from "../state.ts";
import type { Step } from "./governor.ts";
import type { Level } from "./quality.ts";

export interface Known {
  line: Connection;
  own: Level;
  /** Everybody else. */
  others: readonly { name: string; level: Level; picture: boolean }[];
  figures: Figures | null;
  step: Step;
  soundOnly: boolean;
  /** One's own camera is on. */
  camera: boolean;
}

export interface Sentence {
  /** The message's name, and what is written into it; with `count` it has a form for each number. */
  key: string;
  holes?: Record<string, string | number>;
  count?: number;
  tone: "good" | "plain" | "warn" | "bad";
}

/** More people with a weak connection than this are told as a number. */
const namedAtOnce = 2;
const slow = 300;

/** The most important first; always at least one. */
export function sentences(known: Known): Sentence[] {
  if (known.line !== "live") return [{ key: "line", tone: "bad" }];
  const own = [...ofDevice(known), ...ofNetwork(known)];
  const rest = [...ofWay(known), ...ofChoice(known), ...ofOthers(known)];
  const fine: Sentence[] = own.some((s) => s.tone !== "plain") ? [] : [{ key: "fine", tone: "good" }];
  return [...fine, ...own, ...rest];
}

function ofDevice({ step, figures }: Known): Sentence[] {
  if (step > 0) return [{ key: `busy.${step}`, tone: "warn" }];
  return figures?.limited === "device" ? [{ key: "busy.0", tone: "warn" }] : [];
}

function ofNetwork({ own, figures, camera }: Known): Sentence[] {
  const said: Sentence[] = [];
  if (own === "lost") said.push({ key: "own.lost", tone: "bad" });
  const sent = figures?.sent.length ?? 0;
  if (figures?.limited === "network" && camera) said.push({ key: sent > 1 ? "upload.smaller" : sent === 1 ? "upload.single" : "upload.none", tone: "warn" });
  else if (own === "weak" || own === "poor") said.push({ key: `own.${own}`, tone: own === "poor" ? "bad" : "warn" });
  return said;
}

function ofWay({ figures }: Known): Sentence[] {
  const said: Sentence[] = [];
  if (figures?.way === "tcp" || figures?.way === "relay") said.push({ key: `way.${figures.way}`, tone: "plain" });
  if ((figures?.roundTrip ?? 0) > slow) said.push({ key: "slow", holes: { ms: figures?.roundTrip ?? 0 }, tone: "plain" });
  return said;
}

const ofChoice = ({ soundOnly }: Known): Sentence[] => (soundOnly ? [{ key: "sound_only", tone: "plain" }] : []);

function ofOthers({ others, soundOnly }: Known): Sentence[] {
  const weak = others.filter((p) => p.level !== "good");
  if (weak.length > namedAtOnce) return [{ key: "others", count: weak.length, tone: "plain" }];
  return weak.map(({ name, level, picture }) => {
    if (level === "lost") return { key: "somebody.lost", holes: { name }, tone: "plain" };
    return { key: picture && !soundOnly ? "somebody.picture" : "somebody.sound", holes: { name }, tone: "plain" };
  });
}

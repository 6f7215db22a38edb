// What a check of somebody's network found, and what it means in plain words. Pure: numbers in, message ids out.
import type { Texts } from "../../texts.ts";

/** The ways to a media node, the best first: directly, or through its relay (TURN). */
export type Way = "udp" | "tcp" | "relay_udp" | "relay_tcp" | "relay_tls";

export const ways: readonly Way[] = ["udp", "tcp", "relay_udp", "relay_tcp", "relay_tls"];

export type Outcome = "trying" | "works" | "blocked" | "absent";

/** One way, and what came of trying it with no other way open. */
export interface Tried {
  way: Way;
  outcome: Outcome;
  /** Milliseconds there and back, the median; -1 when it was not measured. */
  rtt: number;
  /** The share of packets that did not come back, 0 to 1; -1 when it was not measured. */
  loss: number;
  /** Where it leads to: address:port of what was tried. */
  to: string[];
}

export interface Result {
  /** Milliseconds since 1970. */
  at: number;
  /** The signalling connection came about. Without it no way could be tried. */
  socket: boolean;
  ways: Tried[];
  /** Bits a second by the best way; -1 when it was not measured. */
  up: number;
  down: number;
}

export type Mark = "good" | "fair" | "bad";

export interface Verdict {
  mark: Mark;
  /** Message ids, the most important first. */
  says: string[];
}

// What a meeting needs. A voice takes some 40 kbit/s, a small picture 150, a good one 1,700.
const voice = 100_000;
const smallPicture = 500_000;
const goodPicture = 1_800_000;
const someLoss = 0.02;
const muchLoss = 0.08;
const longWay = 300;

/** As much as is measured; beyond that it makes no difference to a meeting. */
export const mostMeasured = 20_000_000;

export const nothingTried = (at: number): Result => ({
  at,
  socket: false,
  ways: ways.map((way) => ({ way, outcome: "trying", rtt: -1, loss: -1, to: [] })),
  up: -1,
  down: -1,
});

/** The way that a meeting would take. */
export function bestOf(result: Result): Tried | null {
  for (const way of ways) {
    const found = result.ways.find((w) => w.way === way && w.outcome === "works");
    if (found) return found;
  }
  return null;
}

export const settled = (result: Result): boolean => result.ways.every((w) => w.outcome !== "trying");

const works: Record<Way, { mark: Mark; says: string }> = {
  udp: { mark: "good", says: "meeting.check.says.udp" },
  tcp: { mark: "fair", says: "meeting.check.says.tcp" },
  relay_udp: { mark: "good", says: "meeting.check.says.relay_udp" },
  relay_tcp: { mark: "fair", says: "meeting.check.says.relay_tcp" },
  relay_tls: { mark: "fair", says: "meeting.check.says.relay_tls" },
};

/** What it all means for a meeting. */
export function verdictOf(result: Result): Verdict {
  const best = bestOf(result);
  if (!result.socket) return { mark: "bad", says: ["meeting.check.says.no_socket"] };
  if (!best) return { mark: "bad", says: ["meeting.check.says.no_way"] };
  const { mark, says } = works[best.way];
  const faults = [...lossSays(best), ...rttSays(best), ...rateSays(result)];
  return { mark: worst(mark, ...faults.map((f) => f.mark)), says: [says, ...faults.map((f) => f.says)] };
}

interface Fault {
  mark: Mark;
  says: string;
}

function lossSays({ loss }: Tried): Fault[] {
  if (loss >= muchLoss) return [{ mark: "bad", says: "meeting.check.says.much_loss" }];
  return loss >= someLoss ? [{ mark: "fair", says: "meeting.check.says.some_loss" }] : [];
}

const rttSays = ({ rtt }: Tried): Fault[] => (rtt > longWay ? [{ mark: "fair", says: "meeting.check.says.long_way" }] : []);

function rateSays({ up, down }: Result): Fault[] {
  const said: Fault[] = [];
  if (up >= 0 && up < voice) said.push({ mark: "bad", says: "meeting.check.says.up_voice" });
  else if (up >= 0 && up < smallPicture) said.push({ mark: "bad", says: "meeting.check.says.up_small" });
  else if (up >= 0 && up < goodPicture) said.push({ mark: "fair", says: "meeting.check.says.up_weak" });
  if (down >= 0 && down < smallPicture) said.push({ mark: "bad", says: "meeting.check.says.down_voice" });
  else if (down >= 0 && down < goodPicture) said.push({ mark: "fair", says: "meeting.check.says.down_weak" });
  return said;
}

const order: readonly Mark[] = ["good", "fair", "bad"];
const worst = (...marks: Mark[]): Mark => order[Math.max(...marks.map((m) => order.indexOf(m)))] ?? "bad";

/** So much had come by that moment. */
export interface Sample {
  ms: number;
  bytes: number;
}

/** How long a stretch has to be to say something about the rate. */
const stretch = 500;

/** Bits a second over the best stretch of half a second: a way needs a moment to get up to speed. */
export function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.bytes === first.bytes) return 0;
  let best = bits(first, last);
  for (const from of samples) {
    const to = samples.find((s) => s.ms - from.ms >= stretch);
    if (to) best = Math.max(best, bits(from, to));
  }
  return Math.min(best, mostMeasured);
}

const bits = (from: Sample, to: Sample): number => ((to.bytes - from.bytes) * 8000) / Math.max(to.ms - from.ms, 1);

/** The middle one of the times; -1 of none. */
export function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? -1;
}

export const wayNames: Record<Way, string> = {
  udp: "meeting.check.way.udp",
  tcp: "meeting.check.way.tcp",
  relay_udp: "meeting.check.way.relay_udp",
  relay_tcp: "meeting.check.way.relay_tcp",
  relay_tls: "meeting.check.way.relay_tls",
};

export const outcomeNames: Record<Outcome, string> = {
  trying: "meeting.check.outcome.trying",
  works: "meeting.check.outcome.works",
  blocked: "meeting.check.outcome.blocked",
  absent: "meeting.check.outcome.absent",
};

export const markNames: Record<Mark, string> = {
  good: "meeting.check.mark.good",
  fair: "meeting.check.mark.fair",
  bad: "meeting.check.mark.bad",
};

/** A way's numbers: "24 ms there and back, 0 % lost". Empty while there are none. */
export function figuresOf(tried: Tried, t: Texts, language: string): string {
  if (tried.outcome !== "works" || tried.rtt < 0) return "";
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  return t("meeting.check.figures", { rtt: Math.max(1, Math.round(tried.rtt)), loss: percent.format(Math.max(tried.loss, 0)) });
}

/** A rate as people read it, in Mbit/s; "–" when it was not measured. */
export function rateText(rate: number, t: Texts, language: string): string {
  if (rate < 0) return "–";
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: rate >= 1e7 ? 0 : rate >= 1e6 ? 1 : 2 });
  return t(rate >= mostMeasured ? "meeting.check.rate_most" : "meeting.check.rate", { rate: number.format(rate / 1e6) });
}

/** Everything as lines of text, to paste into a letter. */
export function reportOf(result: Result, t: Texts, language: string): string {
  const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(result.at);
  const verdict = verdictOf(result);
  const tried = result.ways.filter((w) => w.outcome !== "absent");
  return [
    `${t("meeting.check.title")}, ${when}: ${t(markNames[verdict.mark])}`,
    ...verdict.says.map((id) => t(id)),
    ...tried.map((w) => {
      const figures = figuresOf(w, t, language);
      return `- ${t(wayNames[w.way])} (${w.to.join(", ") || "–"}): ${t(outcomeNames[w.outcome])}${figures ? `, ${figures}` : ""}`;
    }),
    `- ${t("meeting.check.up")}: ${rateText(result.up, t, language)}`,
    `- ${t("meeting.check.down")}: ${rateText(result.down, t, language)}`,
  ].join("\n");
}

/** Reads a result that was kept; null when it is none. */
export function resultFrom(value: unknown): Result | null {
  if (typeof value !== "object" || value === null) return null;
  const v = value as Partial<Result>;
  if (typeof v.at !== "number" || typeof v.up !== "number" || typeof v.down !== "number" || !Array.isArray(v.ways)) return null;
  const tried = v.ways.filter((w): w is Tried => ways.includes(w?.way) && w.outcome in outcomeNames && typeof w.rtt === "number" && typeof w.loss === "number" && Array.isArray(w.to));
  return { at: v.at, socket: v.socket === true, up: v.up, down: v.down, ways: tried.map((w) => ({ ...w, to: w.to.map(String) })) };
}

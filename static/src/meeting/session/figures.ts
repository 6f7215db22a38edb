// The numbers of one's own connection, from what the browser counts. Pure.

/** How the media travels: straight, over TCP, or by a relay. */
export type Way = "udp" | "tcp" | "relay";

/** One picture that is sent or received now. */
export interface PictureFigures {
  width: number;
  height: number;
  framesPerSecond: number;
}

/** What is known of the last seconds; null where the browser does not say. */
export interface Figures {
  /** Milliseconds there and back. */
  roundTrip: number | null;
  /** Shares of packets, 0 to 1. */
  lossUp: number | null;
  lossDown: number | null;
  /** Kilobits a second. */
  up: number;
  down: number;
  way: Way | null;
  codecs: readonly string[];
  sent: readonly PictureFigures[];
  received: readonly PictureFigures[];
  /** What has held back the pictures that are sent, at this look and the one before. */
  limited: "network" | "device" | null;
}

type Entry = { id: string; type: string } & Record<string, unknown>;

/** What the browser had counted at one moment. */
export interface Count {
  at: number;
  up: readonly Entry[];
  down: readonly Entry[];
}

export const countOf = (at: number, up: Iterable<unknown>, down: Iterable<unknown>): Count => ({ at, up: [...up] as Entry[], down: [...down] as Entry[] });

/** What happened between two moments. */
export function figuresOf(before: Count, now: Count): Figures {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const [upPair, downPair] = [pairOf(now.up), pairOf(now.down)];
  const rate = (side: "up" | "down", field: string) => (8 * grown(before[side], now[side], countedBy(now[side], field), field)) / 1000 / seconds;
  const sent = of(now.up, "outbound-rtp").filter((e) => e["kind"] === "video" && grownOf(before.up, e, "framesEncoded") > 0);
  const received = of(now.down, "inbound-rtp").filter((e) => e["kind"] === "video" && grownOf(before.down, e, "framesDecoded") > 0);
  const got = grown(before.down, now.down, "inbound-rtp", "packetsReceived");
  const lost = Math.max(0, grown(before.down, now.down, "inbound-rtp", "packetsLost"));
  const told = of(now.up, "remote-inbound-rtp").map((e) => number(e["fractionLost"])).filter((n) => n !== null);
  const one = upPair !== null && downPair === null ? upPair : (downPair ?? upPair);
  const trip = number(upPair?.["currentRoundTripTime"]) ?? number(downPair?.["currentRoundTripTime"]);
  return {
    roundTrip: trip === null ? null : Math.round(trip * 1000),
    lossUp: told.length > 0 ? Math.max(...told) : null,
    lossDown: got + lost > 0 ? lost / (got + lost) : null,
    up: Math.round(rate("up", "bytesSent") + rate("down", "bytesSent")),
    down: Math.round(rate("up", "bytesReceived") + rate("down", "bytesReceived")),
    way: one ? wayOf(one, now) : null,
    codecs: codecsOf(sent, received, now),
    sent: sent.map(pictureOf).sort(larger),
    received: received.map(pictureOf).sort(larger),
    limited: limitOf(before.up, now.up),
  };
}

const of = (entries: readonly Entry[], type: string): Entry[] => entries.filter((e) => e.type === type);
const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const larger = (a: PictureFigures, b: PictureFigures): number => b.width * b.height - a.width * a.height;

/** How much a counter of one thing has grown; what was not there before began at nothing. */
function grownOf(before: readonly Entry[], now: Entry, field: string): number {
  const earlier = number(before.find((e) => e.id === now.id)?.[field]) ?? 0;
  return Math.max(0, (number(now[field]) ?? 0) - earlier);
}

/** The same of all of a kind. Something that is new since the look before counts with the next one: its counter may be old. */
const grown = (before: readonly Entry[], now: readonly Entry[], type: string, field: string): number =>
  of(now, type).filter((e) => before.some((b) => b.id === e.id)).reduce((sum, e) => sum + grownOf(before, e, field), 0);

/** Firefox counts the bytes of pairs and not of transports. */
const countedBy = (entries: readonly Entry[], field: string): string => (of(entries, "transport").some((e) => number(e[field]) !== null) ? "transport" : "candidate-pair");

function pairOf(entries: readonly Entry[]): Entry | null {
  const chosen = of(entries, "transport").map((e) => e["selectedCandidatePairId"]);
  const pairs = of(entries, "candidate-pair");
  return pairs.find((e) => chosen.includes(e.id)) ?? pairs.find((e) => e["nominated"] === true && e["state"] === "succeeded") ?? null;
}

function wayOf(pair: Entry, { up, down }: Count): Way {
  const local = [...up, ...down].find((e) => e.id === pair["localCandidateId"]);
  if (local?.["candidateType"] === "relay") return "relay";
  return local?.["protocol"] === "tcp" ? "tcp" : "udp";
}

function pictureOf(e: Entry): PictureFigures {
  return { width: number(e["frameWidth"]) ?? 0, height: number(e["frameHeight"]) ?? 0, framesPerSecond: Math.round(number(e["framesPerSecond"]) ?? 0) };
}

function codecsOf(sent: readonly Entry[], received: readonly Entry[], { up, down }: Count): string[] {
  const names = [...sent, ...received].map((e) => [...up, ...down].find((c) => c.type === "codec" && c.id === e["codecId"])?.["mimeType"]);
  return [...new Set(names.filter((n) => typeof n === "string").map((n) => n.replace(/^\w+\//, "")))];
}

/** One look alone may be of the moment in which everything starts. */
function limitOf(before: readonly Entry[], now: readonly Entry[]): Figures["limited"] {
  const both = (reason: string) => [before, now].every((entries) => of(entries, "outbound-rtp").some((e) => e["active"] !== false && e["qualityLimitationReason"] === reason));
  return both("cpu") ? "device" : both("bandwidth") ? "network" : null;
}

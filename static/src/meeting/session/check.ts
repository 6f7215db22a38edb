// A check of the network: every way by itself, all at the same time, and then the best one's rates.
import { type Result, type Tried, type Way, bestOf, nothingTried, settled, ways } from "../lobby/check/verdict.ts";
import { type OpenWay, openWay } from "./checkway.ts";

/** Where to check, from the server. */
export interface Start {
  server: string;
  tokens: string[];
}

/** How long the best way may be waited for while another works already. */
const betterWithin = 6000;

/**
 * Checks, and tells after every step. A way is blocked when it has not come about after so many
 * milliseconds; a long way to a relay takes several seconds, so this has to be generous.
 */
export async function checkNetwork(start: Start, patience: number, until: AbortSignal, tell: (result: Result) => void): Promise<Result> {
  let result = nothingTried(Date.now());
  const change = (part: Partial<Result>) => tell((result = { ...result, ...part }));
  const changeWay = (way: Way, part: Partial<Tried>) => change({ ways: result.ways.map((w) => (w.way === way ? { ...w, ...part } : w)) });
  const open = new Map<Way, OpenWay>();
  const tries = new Map(ways.map((way, i) => [way, tryOut(way, i)] as const));
  async function tryOut(way: Way, i: number): Promise<void> {
    const opened = await openWay(start.server, start.tokens[i] ?? "", way, patience, until);
    if (opened.kind !== "no_socket") change({ socket: true });
    if (opened.kind !== "open") return changeWay(way, { outcome: opened.kind === "absent" ? "absent" : "blocked", to: opened.kind === "blocked" ? opened.to : [] });
    open.set(way, opened.way);
    changeWay(way, { outcome: "works", to: opened.to });
    changeWay(way, await opened.way.echo().catch(() => ({})));
  }
  const all = Promise.all(tries.values());
  try {
    await Promise.race([all, pause(betterWithin, until)]);
    while (!bestOf(result) && !settled(result) && !until.aborted) await Promise.race([all, pause(200, until)]);
    const taken = bestOf(result)?.way;
    if (taken) await tries.get(taken); // its packets have come back, or got lost
    const best = taken && open.get(taken);
    if (best && !until.aborted) {
      change({ up: await best.up().catch(() => -1) });
      change({ down: await best.down().catch(() => -1) });
    }
    await all;
  } finally {
    for (const way of open.values()) way.close();
  }
  return result;
}

/** Waits, or until the signal says stop. */
function pause(ms: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    until.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

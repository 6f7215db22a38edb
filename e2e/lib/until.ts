import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again until the answer is neither false, null nor undefined; throws with `what` when the time is up. */
export async function until<T>(what: string, ask: () => Promise<T | false | null | undefined>, timeout = 60_000, every = 50): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
    await pause(every);
  }
}

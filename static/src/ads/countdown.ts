/** The words of a countdown: for one second, for n seconds (with "{n}" in it), and for none. */
export interface Words {
  one: string;
  many: string;
  done: string;
}

/** Whole seconds that are left, rounded up, so that it says 1 until the last one is over. Times are in milliseconds. */
export function secondsLeft(since: number, now: number, wait: number): number {
  return Math.max(0, Math.ceil(wait - (now - since) / 1000));
}

/** What a countdown says. */
export function words(left: number, { one, many, done }: Words): string {
  if (left <= 0) return done;
  return left === 1 ? one : many.replace("{n}", String(left));
}

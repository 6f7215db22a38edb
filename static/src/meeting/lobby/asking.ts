// Asks again and again, never twice at the same time.

/** Asks at once and as long as `ask` gives a pause for, in milliseconds; null is the end. Gives what asks without the pause. */
export function keepAsking(ask: () => Promise<number | null>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let soon = false;
  let over = false;
  const next = async () => {
    clearTimeout(timer);
    asking = true;
    soon = false;
    const pause = await ask();
    asking = false;
    over = pause === null;
    if (pause !== null) timer = setTimeout(() => void next(), soon ? 0 : pause);
  };
  void next();
  return () => {
    soon = true;
    if (!asking && !over) void next();
  };
}

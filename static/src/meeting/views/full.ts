// The full screen, where the browser has one for a page. iPhones have none.

export const canFill = (): boolean => document.fullscreenEnabled;

export const isFull = (): boolean => document.fullscreenElement !== null;

/** Turns the full screen of the whole meeting on or off: its controls and what it says are there too. */
export async function fill(on: boolean): Promise<void> {
  if (on === isFull() || !canFill()) return;
  await (on ? document.documentElement.requestFullscreen() : document.exitFullscreen()).catch(() => undefined);
}

// The page of somebody who waits until they are let in: it asks on, and goes in when it may.
import { need, setText } from "../dom.ts";

const askEvery = 2500;
const retryEvery = 5000;

/** Asks until there is nothing to wait for; the meeting's own page has the seat, or says why there is none. */
export function openWaiting(page: HTMLElement): void {
  const { ask = "", go = "", csrf = "" } = page.dataset;
  const word = need("[data-word]", HTMLElement, page);
  const again = async () => {
    const answer = await stillWaits(ask, csrf);
    if (answer === false) return location.replace(go);
    // Said only when it changes: a screen reader would read it out each time.
    setText(word, (answer === null ? word.dataset["lost"] : word.dataset["on"]) ?? "");
    setTimeout(() => void again(), answer === null ? retryEvery : askEvery);
  };
  setTimeout(() => void again(), askEvery);
}

/** Whether to wait on; null when the server cannot be asked now. */
async function stillWaits(url: string, csrf: string): Promise<boolean | null> {
  try {
    const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
    const response = await fetch(url, { method: "POST", headers });
    if (response.status === 429 || response.status >= 500) return null;
    if (!response.ok) return false;
    return ((await response.json()) as { waiting: boolean }).waiting;
  } catch {
    return null;
  }
}

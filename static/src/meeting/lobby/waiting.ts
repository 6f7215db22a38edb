// The page of somebody who waits until they are let in: it asks on, goes in when it may, and brings lines to those inside and back.
import { h, need, setText } from "../dom.ts";
import { isBusy, request } from "../request.ts";
import { sendLine } from "../session/line.ts";
import { keepAsking } from "./asking.ts";

const askEvery = 2500;
const retryEvery = 5000;

interface Line {
  n: number;
  host: boolean;
  text: string;
}

interface Wait {
  waiting: boolean;
  /** A meeting runs. */
  open: boolean;
  lines: Line[];
}

/** Asks until there is nothing to wait for; the meeting's own page has the seat, or says why there is none. */
export function openWaiting(page: HTMLElement): void {
  const { ask = "", go = "", csrf = "" } = page.dataset;
  const word = need("[data-word]", HTMLElement, page);
  const draw = followTalk(page, `${ask}/say`, csrf);
  const askNow = keepAsking(async () => {
    const answer = await stillWaits(ask, csrf);
    if (answer === false) {
      location.replace(go);
      return null;
    }
    // Said only when it changes: a screen reader would read it out each time.
    setText(word, word.dataset[answer === null ? "lost" : answer.open ? "on" : "nobody"] ?? "");
    if (answer !== null) draw(answer.lines);
    return answer === null ? retryEvery : askEvery;
  });
  // A page that nobody sees is let act once a minute, or not at all.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") askNow();
  });
  window.addEventListener("online", askNow);
}

/** How it stands; false when the wait is over, null when the server cannot be asked now. */
async function stillWaits(url: string, csrf: string): Promise<Wait | false | null> {
  try {
    const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
    const response = await request(url, { method: "POST", headers });
    if (isBusy(response)) return null;
    if (!response.ok) return false;
    const wait = (await response.json()) as Wait;
    return wait.waiting && wait;
  } catch {
    return null;
  }
}

/** The lines and the field below them. Gives what draws the lines that are new. */
function followTalk(page: HTMLElement, url: string, csrf: string): (lines: readonly Line[]) => void {
  const talk = need("[data-talk]", HTMLElement, page);
  const log = need("[data-lines]", HTMLElement, talk);
  const form = need("[data-say]", HTMLFormElement, talk);
  const field = need("[name=text]", HTMLInputElement, form);
  const fault = need("[data-fault]", HTMLElement, form);
  let last = 0;
  const draw = (lines: readonly Line[]) => {
    for (const line of lines) {
      if (line.n <= last) continue;
      last = line.n;
      const who = (line.host ? log.dataset["host"] : log.dataset["you"]) ?? "";
      log.append(h("p", { class: line.host ? "is-host" : "" }, h("small", { text: who }), h("span", { text: line.text, attrs: { dir: "auto" } })));
      log.scrollTop = log.scrollHeight;
    }
  };
  const send = async () => {
    const text = field.value;
    if (text.trim() === "" || form.hasAttribute("aria-busy")) return field.focus();
    form.setAttribute("aria-busy", "true");
    const answer = await sendLine(url, csrf, new URLSearchParams({ text }));
    form.removeAttribute("aria-busy");
    const wrong = typeof answer === "string";
    setText(fault, wrong ? answer || (fault.dataset["failed"] ?? "") : "");
    if (wrong) return field.focus();
    if (field.value === text) field.value = "";
    draw(((await answer.json()) as Wait).lines);
    field.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  talk.hidden = false;
  return draw;
}

// The sheet that checks the network, shows each way as it comes about, and says what it means.
import { h, setText } from "../../dom.ts";
import { icon, type IconName } from "../../icons.ts";
import { type Start, checkNetwork } from "../../session/check.ts";
import { request } from "../../request.ts";
import type { Texts } from "../../texts.ts";
import { keepResult } from "./keep.ts";
import { type Mark, type Outcome, type Result, type Tried, figuresOf, markNames, nothingTried, outcomeNames, rateText, verdictOf, wayNames } from "./verdict.ts";

/** What the sheet needs of the lobby. */
export interface Place {
  /** Where to ask for the tokens of a check. */
  ask: string;
  csrf: string;
  /** The page for who looks after the network. */
  page: string;
  /** Milliseconds until a way counts as blocked. */
  patience: number;
  t: Texts;
  language: string;
}

const outcomeIcons: Record<Outcome, IconName> = { trying: "clock", works: "check", blocked: "close", absent: "close" };
const badges: Record<Mark, string> = { good: "badge badge-success", fair: "badge badge-warning", bad: "badge badge-danger" };

/** Opens the sheet and begins. Closing it ends the check. */
export function openCheck(place: Place): void {
  const sheet = new Sheet(place);
  document.body.append(sheet.element);
  sheet.element.addEventListener("close", () => sheet.element.remove());
  sheet.element.showModal();
  void sheet.run();
}

class Sheet {
  readonly element: HTMLDialogElement;
  readonly #place: Place;
  readonly #verdict = h("div", { class: "check-verdict", attrs: { role: "status" } });
  readonly #ways = h("ul", { class: "check-ways" });
  readonly #up = h("dd", { text: "–" });
  readonly #down = h("dd", { text: "–" });
  readonly #again: HTMLButtonElement;
  #stop = new AbortController();

  constructor(place: Place) {
    this.#place = place;
    const { t } = place;
    const close = h("button", { class: "btn btn-primary", text: t("meeting.check.done"), attrs: { type: "button", autofocus: true }, on: { click: () => this.element.close() } });
    this.#again = h("button", { class: "btn", text: t("meeting.check.again"), attrs: { type: "button" }, on: { click: () => void this.run() } });
    this.element = h(
      "dialog",
      { class: "dialog check-sheet", attrs: { "aria-labelledby": "check-title" } },
      h("h2", { text: t("meeting.check.title"), attrs: { id: "check-title" } }),
      this.#verdict,
      this.#ways,
      h("dl", { class: "check-rates" }, h("div", {}, h("dt", { text: t("meeting.check.up") }), this.#up), h("div", {}, h("dt", { text: t("meeting.check.down") }), this.#down)),
      h("p", { class: "small soft" }, h("a", { text: t("meeting.check.for_it"), attrs: { href: place.page, target: "_blank", rel: "noopener" } })),
      h("div", { class: "dialog-actions" }, this.#again, close),
    );
    this.element.addEventListener("close", () => this.#stop.abort());
  }

  async run(): Promise<void> {
    const { t } = this.#place;
    this.#stop = new AbortController();
    this.#again.disabled = true;
    this.#verdict.replaceChildren(h("p", { class: "check-running" }, h("span", { class: "m-spinner", attrs: { "aria-hidden": "true" } }), h("span", { text: t("meeting.check.running") })));
    this.#draw(nothingTried(0));
    try {
      await this.#check(this.#stop.signal);
    } catch (error) {
      console.warn("network check", error);
      this.say("bad", [t("meeting.check.says.failed")]);
    } finally {
      this.#again.disabled = false;
    }
  }

  async #check(until: AbortSignal): Promise<void> {
    const { ask, csrf, patience, t } = this.#place;
    const start = await startOf(ask, csrf, until);
    if (typeof start === "string") return this.say("bad", [t(start)]);
    const result = await checkNetwork(start, patience, until, (now) => this.#draw(now));
    if (until.aborted) return;
    keepResult(result);
    const { mark, says } = verdictOf(result);
    this.say(mark, says.map((id) => t(id)));
  }

  say(mark: Mark, sentences: string[]): void {
    const [first = "", ...more] = sentences;
    this.#verdict.replaceChildren(
      h("span", { class: badges[mark], text: this.#place.t(markNames[mark]) }),
      h("p", { class: "check-main", text: first }),
      ...more.map((text) => h("p", { class: "soft", text })),
    );
  }

  #draw(result: Result): void {
    const { t, language } = this.#place;
    const shown = result.ways.filter((w) => w.outcome !== "absent");
    this.#ways.replaceChildren(...shown.map((w) => this.#row(w)));
    setText(this.#up, rateText(result.up, t, language));
    setText(this.#down, rateText(result.down, t, language));
  }

  #row(tried: Tried): HTMLElement {
    const { t, language } = this.#place;
    return h(
      "li",
      { class: `check-way is-${tried.outcome}`, attrs: { "data-way": tried.way, "data-outcome": tried.outcome } },
      icon(outcomeIcons[tried.outcome], 18),
      h("span", { class: "check-name", text: t(wayNames[tried.way]) }),
      h("span", { class: "check-figures num", text: figuresOf(tried, t, language) }),
      h("span", { class: "check-outcome", text: t(outcomeNames[tried.outcome]) }),
    );
  }
}

/** The tokens of a check, or the id of the sentence that says why there are none. */
async function startOf(url: string, csrf: string, signal: AbortSignal): Promise<Start | string> {
  try {
    const response = await request(url, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": csrf }, signal });
    if (response.ok) return (await response.json()) as Start;
    return response.status === 429 ? "meeting.check.says.too_many" : "meeting.check.says.failed";
  } catch {
    return "meeting.check.says.failed";
  }
}

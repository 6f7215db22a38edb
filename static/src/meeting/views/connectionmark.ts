import { h, setText } from "../dom.ts";
import { setIcon } from "../icons.ts";
import type { Level } from "../state/quality.ts";
import type { Texts } from "../texts.ts";

/** How good a connection is: the style sheet dims what is missing of its arcs. The name stands beside; `only` leaves the name to screen readers and to who points at it. */
export class ConnectionMark {
  readonly element: HTMLElement;
  readonly #t: Texts;
  readonly #icon = h("span", { class: "c-mark-icon" });
  readonly #before: HTMLElement;
  readonly #word: HTMLElement;
  readonly #only: boolean;

  constructor(t: Texts, only = false) {
    this.#t = t;
    this.#only = only;
    this.#before = h("span", { class: "sr-only", text: `${t("meeting.quality.connection")} ` });
    this.#word = h("span", { class: only ? "sr-only" : "c-mark-word" });
    this.element = h("span", { class: "c-mark" }, this.#icon, this.#before, this.#word);
  }

  set(level: Level): void {
    this.element.dataset["level"] = level;
    setIcon(this.#icon, level === "lost" ? "signal-lost" : "signal-good", this.#only ? 18 : 16);
    setText(this.#word, this.#t(`meeting.quality.level.${level}`));
    if (this.#only) this.element.title = `${this.#t("meeting.quality.connection")} ${this.#word.textContent ?? ""}`;
  }
}

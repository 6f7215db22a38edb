import { h, setText } from "../dom.ts";
import { type IconName, setIcon } from "../icons.ts";
import type { Level } from "../state/quality.ts";
import type { Texts } from "../texts.ts";

const icons: Record<Level, IconName> = { good: "signal-good", weak: "signal-weak", poor: "signal-poor", lost: "signal-lost" };

/** How good a connection is: a picture of its own for each level, and its name; `only` leaves the name to screen readers and to who points at it. */
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
    setIcon(this.#icon, icons[level], this.#only ? 18 : 16);
    setText(this.#word, this.#t(`meeting.quality.level.${level}`));
    if (this.#only) this.element.title = `${this.#t("meeting.quality.connection")} ${this.#word.textContent ?? ""}`;
  }
}

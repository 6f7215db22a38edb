import { h, setAttr, setText } from "../dom.ts";
import { setIcon, type IconName } from "../icons.ts";

export interface BarLook {
  /** A class of its own. */
  name?: string;
  /** The key that presses it, while keys act. */
  key?: string;
  /** Stands under More where the bar has no room for it. */
  folds?: boolean;
}

/** A button of the bar: a face with an icon and a word below it, which screen readers get at every width. */
export class BarButton {
  readonly element: HTMLButtonElement;
  readonly face = h("span", { class: "m-face" });
  readonly #label = h("span", { class: "m-label" });
  readonly #key: string;

  constructor(press: () => void, { name = "", key = "", folds = false }: BarLook = {}) {
    this.#key = key;
    this.element = h("button", { class: `m-btn ${name}${folds ? " m-folds" : ""}`, attrs: { type: "button" }, on: { click: press } }, this.face, this.#label);
    if (key !== "") {
      this.element.dataset["key"] = key;
      setAttr(this.element, "aria-keyshortcuts", key);
    }
  }

  set(word: string, name: IconName): void {
    setText(this.#label, word);
    if (this.face.firstElementChild === null) this.face.append(h("span", { class: "m-icon" }));
    const holder = this.face.firstElementChild;
    if (holder) setIcon(holder, name, 20);
    this.element.dataset["icon"] = name;
    this.element.title = this.#key === "" ? word : `${word} (${this.#key})`;
  }
}

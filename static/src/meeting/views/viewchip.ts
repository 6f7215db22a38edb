import { h, setText } from "../dom.ts";
import { icon, setIcon } from "../icons.ts";
import { largeTile, sharerOf } from "../state/stage.ts";
import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";
import { layoutIcon } from "./menus.ts";

/** The chip at the top that says how the stage is arranged, and opens the menu to change it. Below 900 it is under More. */
export class ViewChip {
  readonly element: HTMLButtonElement;
  readonly #icon = h("span", { class: "m-view-icon" });
  readonly #word = h("span");
  readonly #ui: Ui;

  constructor(ui: Ui, press: () => void) {
    this.#ui = ui;
    this.element = h("button", { class: "m-view", attrs: { type: "button" }, on: { click: press } }, this.#icon, h("span", { class: "sr-only", text: `${ui.t("meeting.view.title")}: ` }), this.#word, icon("chevron-down", 16));
    ui.store.subscribe((now) => this.#render(now));
  }

  #render({ stage }: State): void {
    const shared = sharerOf(largeTile(stage, [], "")) !== null && stage.layout !== "sidebar";
    setIcon(this.#icon, shared ? "share" : layoutIcon(stage.layout), 16);
    setText(this.#word, this.#ui.t(shared ? "meeting.view.screen" : `meeting.view.${stage.layout}`));
  }
}

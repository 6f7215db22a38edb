import { h, setAttr } from "../dom.ts";
import { icon } from "../icons.ts";
import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";
import { giveBack } from "./focus.ts";

/** The place of the React panel beside the stage. What is in it is loaded when it is opened. */
export class React {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #close: HTMLButtonElement;
  readonly #inside = h("div", { class: "m-react-inside" });

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store } = ui;
    const close = () => store.dispatch({ type: "toggleReact" });
    this.#close = h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.react.close") }, on: { click: close } }, icon("close", 18));
    this.element = h(
      "aside",
      { class: "m-people m-react", attrs: { "aria-label": t("meeting.react.title") } },
      h("header", { class: "m-people-head" }, h("h2", { text: t("meeting.react.title") }), this.#close),
      this.#inside,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    store.subscribe((now, before) => this.#render(now, before));
  }

  #render(now: State, before: State): void {
    this.element.hidden = !now.reactOpen;
    if (now.reactOpen && !before.reactOpen) {
      this.#close.focus();
      void this.#load();
    }
    if (!now.reactOpen && before.reactOpen && !now.peopleOpen) giveBack(".m-btn-react");
  }

  async #load(): Promise<void> {
    const { t } = this.#ui;
    if (this.#inside.childElementCount === 0) {
      this.#inside.replaceChildren(h("p", { class: "m-react-wait", text: t("meeting.react.loading"), attrs: { role: "status" } }));
    }
    setAttr(this.#inside, "aria-busy", "true");
    try {
      const { fillReact } = await import("./reactpanel.ts");
      await fillReact(this.#inside, this.#ui, () => void this.#load());
    } catch {
      this.#inside.replaceChildren(h("p", { class: "m-react-wait", text: t("meeting.react.unloaded"), attrs: { role: "alert" } }));
    }
    setAttr(this.#inside, "aria-busy", null);
  }
}

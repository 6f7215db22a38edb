import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";

/** The place of the panel about one's connection, beside the stage. What is in it is loaded when it is opened. */
export class ConnectionPanel {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #close: HTMLButtonElement;
  readonly #inside = h("div", { class: "m-quality-inside" });
  #back: HTMLElement | null = null;
  #draw: ((state: State) => void) | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store } = ui;
    const close = () => store.dispatch({ type: "quality", act: { do: "open", open: false } });
    this.#close = h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.quality.close") }, on: { click: close } }, icon("close", 18));
    this.element = h(
      "aside",
      { class: "m-people m-quality", attrs: { "aria-label": t("meeting.quality.title") } },
      h("header", { class: "m-people-head" }, h("h2", { text: t("meeting.quality.title") }), this.#close),
      this.#inside,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    store.subscribe((now, before) => this.#render(now, before));
  }

  #render(now: State, before: State): void {
    const { open } = now.quality;
    const another = now.peopleOpen || now.reactOpen || now.chat.open || now.host.open; // panels share one place
    this.element.hidden = !open;
    if (open && !before.quality.open) {
      this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      this.#close.focus();
      void this.#load();
    }
    if (!open && before.quality.open && !another) (this.#back?.isConnected ? this.#back : document.querySelector<HTMLElement>(".m-btn-more"))?.focus();
    if (open) this.#draw?.(now);
  }

  async #load(): Promise<void> {
    if (this.#draw) return;
    try {
      const { fillConnection } = await import("./connectionpanel.ts");
      this.#draw ??= fillConnection(this.#inside, this.#ui);
      this.#draw(this.#ui.store.state);
    } catch {
      this.#inside.replaceChildren(h("p", { text: this.#ui.t("meeting.quality.unloaded"), attrs: { role: "alert" } }));
    }
  }
}

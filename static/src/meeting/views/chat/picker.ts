import { h } from "../../dom.ts";
import { type Item, type Panel, readPanel } from "../../session/stickers.ts";
import type { Ui } from "../../ui.ts";

/** Takes what was picked; with `more`, the picker stays and so does the focus. */
export type Pick = (item: Item, more: boolean) => void;

/** The place of the emoji picker, over the chat's foot. What is in it is loaded when it is opened, and what one can send is read anew. */
export class Picker {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #known: (panel: Panel) => void;
  #back: HTMLElement | null = null;
  /** Of the opening that counts: one that was closed before it was loaded is not filled. */
  #opening = 0;

  constructor(ui: Ui, known: (panel: Panel) => void) {
    this.#ui = ui;
    this.#known = known;
    this.element = h("div", { class: "m-emoji", attrs: { role: "dialog", "aria-label": ui.t("meeting.chat.pick") } });
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the panel stays
      this.close();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!(event.target instanceof Node) || this.element.contains(event.target) || this.#back?.contains(event.target)) return;
      this.close(false);
    });
  }

  /** Opens for a pick, or closes when it was open. Stickers are not offered as reactions. */
  async open(stickers: boolean, pick: Pick): Promise<void> {
    const { t, meeting } = this.#ui;
    if (!this.element.hidden) return this.close();
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.element.hidden = false;
    const opening = ++this.#opening;
    this.#wait(t("meeting.react.loading"), "status");
    try {
      const [panel, { palette }] = await Promise.all([readPanel(meeting), import("./palette.ts")]);
      if (panel) this.#known(panel);
      const done: Pick = (item, more) => {
        if (!more) this.close();
        pick(item, more);
      };
      const filled = await palette(this.#ui, panel, stickers, done, () => this.close());
      if (this.element.hidden || opening !== this.#opening) return;
      this.element.replaceChildren(...filled.parts);
      filled.begin();
    } catch {
      if (!this.element.hidden && opening === this.#opening) this.#wait(t("meeting.emoji.unloaded"), "alert");
    }
  }

  close(giveBack = true): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.element.replaceChildren();
    if (giveBack) this.#back?.focus();
  }

  #wait(text: string, role: string): void {
    const close = this.#ui.t("meeting.chat.close");
    this.element.replaceChildren(
      h("p", { class: "m-react-wait", text, attrs: { role } }),
      h("button", { class: "m-chat-small", text: close, attrs: { type: "button" }, on: { click: () => this.close() } }),
    );
    this.element.querySelector("button")?.focus();
  }
}

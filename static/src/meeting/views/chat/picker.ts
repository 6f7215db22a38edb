import { h } from "../../dom.ts";
import { type Item, type Panel, readPanel } from "../../session/stickers.ts";
import type { Ui } from "../../ui.ts";
import { group } from "../reactpanel.ts";

/** What can be picked: emoji, those of the organization, and stickers that one has. It is read anew each time it is opened. */
export class Picker {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #known: (panel: Panel) => void;
  #back: HTMLElement | null = null;

  constructor(ui: Ui, known: (panel: Panel) => void) {
    this.#ui = ui;
    this.#known = known;
    this.element = h("div", { class: "m-chat-picker", attrs: { role: "group", "aria-label": ui.t("meeting.chat.pick") } });
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the panel stays
      this.close();
    });
  }

  /** Opens for one pick, or closes when it was open. Stickers are not offered as reactions. */
  async open(stickers: boolean, pick: (item: Item) => void): Promise<void> {
    const { t, meeting } = this.#ui;
    if (!this.element.hidden) return this.close();
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.element.hidden = false;
    const wait = (text: string, role: string) => this.element.replaceChildren(h("p", { class: "m-react-wait", text, attrs: { role } }));
    wait(t("meeting.react.loading"), "status");
    const panel = await readPanel(meeting);
    if (this.element.hidden) return;
    if (!panel) return wait(t("meeting.react.unloaded"), "alert");
    this.#known(panel);
    const picked = async (item: Item) => {
      this.close();
      pick(item);
    };
    this.element.replaceChildren(
      group(t("meeting.react.reactions"), panel.reactions, picked),
      ...(panel.emoji.length > 0 ? [group(t("meeting.react.emoji"), panel.emoji, picked)] : []),
      ...(stickers ? panel.packs.filter((p) => p.mine).map((p) => group(p.name, p.stickers, picked)) : []),
    );
    this.element.querySelector("button")?.focus();
  }

  close(): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.#back?.focus();
  }
}

import { h, setAttr, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";

/** The lock in an encrypted meeting: a word beside the room's name; pressed, what it means and the digits to compare. */
export class Lock {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #word = h("span");
  readonly #button: HTMLButtonElement;
  readonly #panel: HTMLElement;
  readonly #code = h("p", { class: "m-lock-code" });
  readonly #about = h("p", { class: "soft" });

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t } = ui;
    this.#button = h(
      "button",
      { class: "m-lock-button", attrs: { type: "button", "aria-expanded": "false", "aria-controls": "lock-panel" }, on: { click: () => this.#open(this.#panel.hasAttribute("hidden")) } },
      icon("lock", 16),
      this.#word,
    );
    this.#panel = h(
      "section",
      { class: "m-lock-panel", attrs: { id: "lock-panel", hidden: true, "aria-labelledby": "lock-title" } },
      h("h2", { text: t("meeting.encryption.title"), attrs: { id: "lock-title" } }),
      h("p", { text: t("meeting.encryption.text") }),
      this.#code,
      this.#about,
    );
    this.element = h("div", { class: "m-lock" }, this.#button, this.#panel);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#panel.hidden) return;
      event.stopPropagation();
      this.#open(false);
      this.#button.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.element.contains(event.target as Node)) this.#open(false);
    });
    ui.store.subscribe((now) => this.#render(now));
  }

  #open(open: boolean): void {
    this.#panel.hidden = !open;
    setAttr(this.#button, "aria-expanded", String(open));
  }

  #render({ encryption, code }: State): void {
    const { t } = this.#ui;
    this.element.hidden = encryption === "none";
    setText(this.#word, t(encryption === "on" ? "meeting.encryption.on" : "meeting.encryption.off"));
    setText(this.#code, code);
    this.#code.hidden = code === "";
    setText(this.#about, t(code === "" ? "meeting.encryption.no_code" : "meeting.encryption.code"));
  }
}

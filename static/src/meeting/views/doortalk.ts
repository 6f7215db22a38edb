// What is written through the door: lines with one person who waits, and the field to write another.
import { h, setAttr, setText } from "../dom.ts";
import type { WaitLine } from "../state.ts";
import type { Ui } from "../ui.ts";
import { composing } from "./composing.ts";

/** A button that opens a field to write to some who wait. */
export class LineField {
  readonly opener: HTMLButtonElement;
  readonly form: HTMLFormElement;
  readonly #ui: Ui;
  readonly #field: HTMLInputElement;
  readonly #fault = h("p", { class: "m-rename-fault", attrs: { role: "alert" } });

  /** `label` names the field and the button to screen readers. */
  constructor(ui: Ui, word: string, label: string, to: readonly string[] | "all") {
    this.#ui = ui;
    const { t } = ui;
    this.opener = h("button", { class: "btn btn-small", text: word, attrs: { type: "button", "aria-label": label, "aria-expanded": "false" }, on: { click: () => this.#open(this.form.hidden === true) } });
    this.#field = h("input", { class: "input", attrs: { type: "text", maxlength: "300", autocomplete: "off", dir: "auto", "aria-label": label } });
    const send = h("button", { class: "btn btn-small btn-primary", text: t("meeting.door.send"), attrs: { type: "submit" } });
    this.form = h("form", { class: "m-door-write", attrs: { novalidate: true, hidden: true } }, this.#field, send, this.#fault);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send(to);
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || composing(event)) return;
      event.stopPropagation();
      this.#open(false);
      this.opener.focus();
    });
  }

  #open(open: boolean): void {
    this.form.hidden = !open;
    setAttr(this.opener, "aria-expanded", String(open));
    if (open) this.#field.focus();
  }

  /** What was typed stays until it is sent. */
  async #send(to: readonly string[] | "all"): Promise<void> {
    const text = this.#field.value;
    if (text.trim() === "" || this.form.hasAttribute("aria-busy")) return this.#field.focus();
    setAttr(this.form, "aria-busy", "true");
    const wrong = await this.#ui.acts.sayAtDoor(to, text);
    setAttr(this.form, "aria-busy", null);
    setText(this.#fault, wrong === null ? "" : wrong || this.#ui.t("meeting.door.failed"));
    if (wrong === null && this.#field.value === text) this.#field.value = "";
    this.#field.focus();
  }
}

/** The lines with one person who waits. */
export class Talk {
  readonly element = h("div", { class: "m-door-talk", attrs: { hidden: true, tabindex: "0", role: "group" } });
  readonly #ui: Ui;
  #last = 0;

  constructor(ui: Ui, name: string) {
    this.#ui = ui;
    this.element.setAttribute("aria-label", ui.t("meeting.door.talk", { name }));
  }

  /** Draws what is new. Gives the latest that they wrote since the last time, or empty. */
  render(name: string, lines: readonly WaitLine[]): string {
    const { t, meeting } = this.#ui;
    const fresh = lines.filter((l) => l.n > this.#last);
    for (const l of fresh) {
      const who = !l.host ? name : l.by === meeting.identity ? t("meeting.you") : l.name || t("meeting.host");
      this.element.append(h("p", { class: l.host ? "is-host" : "" }, h("strong", { text: who, attrs: { dir: "auto" } }), " ", h("span", { text: l.text, attrs: { dir: "auto" } })));
      this.#last = l.n;
    }
    this.element.hidden = this.#last === 0;
    if (fresh.length > 0) this.element.scrollTop = this.element.scrollHeight;
    return fresh.filter((l) => !l.host).at(-1)?.text ?? "";
  }
}

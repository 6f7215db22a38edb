import { h, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";

/** What needs an answer or patience: a line that is down, sound that waits for a tap, another tab. */
export class Notices {
  readonly element: HTMLElement;
  readonly #line = h("div", { class: "m-line" });
  readonly #lineText = h("span");
  readonly #key = h("div", { class: "m-line m-key" });
  readonly #keyText = h("span");
  readonly #sound: HTMLButtonElement;
  readonly #elsewhere: HTMLElement;
  readonly #ui: Ui;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts } = ui;
    this.#line.append(h("span", { class: "m-spinner", attrs: { "aria-hidden": "true" } }), this.#lineText);
    this.#key.append(icon("lock", 18), this.#keyText);
    this.#sound = h(
      "button",
      { class: "btn btn-primary m-sound", attrs: { type: "button" }, on: { click: () => acts.unblockSound() } },
      icon("speaker", 18),
      t("meeting.sound"),
    );
    this.#elsewhere = this.#card();
    // The region is always there: screen readers speak what changes in one, not one that appears.
    const status = h("div", { class: "m-status", attrs: { role: "status" } }, this.#line, this.#key);
    this.element = h("div", { class: "m-notices" }, status, this.#sound, this.#elsewhere);
    ui.store.subscribe((now, before) => this.#render(now, before));
  }

  #card(): HTMLElement {
    const { t, acts } = this.#ui;
    return h(
      "section",
      { class: "m-elsewhere", attrs: { "aria-labelledby": "elsewhere-title" } },
      h(
        "div",
        { class: "m-card" },
        icon("devices", 22),
        h("h2", { text: t("meeting.elsewhere.title"), attrs: { id: "elsewhere-title", tabindex: "-1" } }),
        h("p", { class: "soft", text: t("meeting.elsewhere.text") }),
        h(
          "div",
          { class: "row" },
          h("button", { class: "btn btn-lamp", text: t("meeting.elsewhere.back"), attrs: { type: "button" }, on: { click: () => acts.takeOver() } }),
          h("button", { class: "btn", text: t("meeting.leave"), attrs: { type: "button" }, on: { click: () => acts.leave() } }),
        ),
      ),
    );
  }

  #render(now: State, before: State): void {
    const { t } = this.#ui;
    const words: Partial<Record<State["connection"], string>> = {
      connecting: t("meeting.connecting"),
      reconnecting: t("meeting.reconnecting"),
      leaving: t("meeting.leaving"),
    };
    const word = words[now.connection] ?? "";
    setText(this.#lineText, word);
    this.#line.hidden = word === "";
    this.#line.classList.toggle("is-down", now.connection === "reconnecting");
    const missing = now.encryption === "waiting" || now.encryption === "stuck";
    setText(this.#keyText, missing ? t(`meeting.encryption.${now.encryption}`) : "");
    this.#key.hidden = !missing || now.connection !== "live";
    this.#sound.hidden = !now.soundBlocked || now.connection !== "live";
    this.#elsewhere.hidden = now.connection !== "elsewhere";
    if (now.connection === "elsewhere" && before.connection !== "elsewhere") {
      this.#elsewhere.querySelector("h2")?.focus();
    }
  }
}

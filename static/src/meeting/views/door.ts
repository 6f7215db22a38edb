import { h, initials, setText } from "../dom.ts";
import type { State, Waiter } from "../state.ts";
import type { Ui } from "../ui.ts";
import { LineField, Talk } from "./doortalk.ts";
import { giveBack, takeOut } from "./focus.ts";
import { Gathered } from "./gathered.ts";
import { toneOf } from "./tile.ts";

/** Who waits before the meeting, over the stage of those who may let them in. */
export class Door {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #title = h("h2");
  readonly #knocks: Gathered;
  readonly #list = h("ul", { class: "m-door-list", attrs: { tabindex: "0" } });
  readonly #all: HTMLButtonElement;
  readonly #toAll: LineField;
  /** What somebody who waits has just written, for screen readers. */
  readonly #news = h("p", { class: "sr-only", attrs: { role: "status" } });
  readonly #talks = new Map<string, Talk>();

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts, store } = ui;
    const waiting = () => t.count("meeting.door.waiting", store.state.waiters.length);
    this.#knocks = new Gathered((text) => acts.speak(text), waiting);
    const everybody = () => acts.answer(store.state.waiters.map((w) => w.identity), true);
    this.#all = h("button", { class: "btn btn-wide", text: t("meeting.door.all"), attrs: { type: "button" }, on: { click: everybody } });
    this.#list.setAttribute("aria-label", t("meeting.door.list"));
    this.#toAll = new LineField(ui, t("meeting.door.write_all"), t("meeting.door.write_all"), "all");
    const clear = ui.meeting.encryption === null ? null : h("p", { class: "m-door-clear", text: t("meeting.door.clear") });
    this.element = h("section", { class: "m-door", attrs: { "aria-label": t("meeting.door.list") } }, this.#title, this.#list, clear, this.#toAll.form, h("div", { class: "m-door-all" }, this.#toAll.opener, this.#all), this.#news);
    store.subscribe((now, before) => this.#render(now, before));
  }

  #render(now: State, before: State): void {
    this.element.hidden = now.waiters.length === 0 || now.connection !== "live";
    if (now.waiters === before.waiters) return;
    const { t } = this.#ui;
    const words = now.waiters.length === 0 ? "" : t.count("meeting.door.waiting", now.waiters.length);
    setText(this.#title, words);
    // Said by what is always there: a region that was not shown is not spoken when it is.
    if (now.waiters.some((w) => !before.waiters.some((b) => b.identity === w.identity))) this.#knocks.add(words);
    this.#all.hidden = now.waiters.length < 2;
    this.#toAll.opener.hidden = now.waiters.length < 2;
    if (now.waiters.length < 2) this.#toAll.form.hidden = true;
    const shown = new Map([...this.#list.children].map((row) => [(row as HTMLElement).dataset["identity"], row]));
    // A row that stays is left where it is: a button that is replaced between press and release gets no click.
    for (const [identity, row] of shown) {
      if (now.waiters.some((w) => w.identity === identity)) continue;
      takeOut(row, () => giveBack(".m-btn-people"));
      this.#talks.delete(identity ?? "");
    }
    for (const w of now.waiters) {
      if (!shown.has(w.identity)) this.#list.append(this.#row(w));
      const said = this.#talks.get(w.identity)?.render(w.name, w.lines) ?? "";
      if (said !== "") setText(this.#news, t("meeting.door.says", { name: w.name, text: said }));
    }
  }

  #row(w: Waiter): HTMLElement {
    const { t, acts } = this.#ui;
    const button = (key: string, extra: string, admit: boolean) =>
      h(
        "button",
        {
          class: `btn btn-small ${extra}`,
          text: t(`meeting.door.${key}`),
          attrs: { type: "button", "aria-label": t(`meeting.door.${key}_named`, { name: w.name }) },
          on: { click: () => acts.answer([w.identity], admit) },
        },
      );
    const talk = new Talk(this.#ui, w.name);
    this.#talks.set(w.identity, talk);
    const write = new LineField(this.#ui, t("meeting.door.write"), t("meeting.door.write_named", { name: w.name }), [w.identity]);
    const row = h(
      "li",
      {},
      h("span", { class: `avatar ${toneOf(w.name)}`, text: initials(w.name), attrs: { "aria-hidden": "true" } }),
      h("span", { class: "ellipsis", text: w.name, attrs: { dir: "auto", title: w.name } }),
      w.member ? null : h("span", { class: "badge", text: t("meeting.door.guest") }),
      h("span", { class: "m-door-buttons" }, write.opener, button("refuse", "", false), button("admit", "btn-primary", true)),
      talk.element,
      write.form,
    );
    row.dataset["identity"] = w.identity;
    return row;
  }
}

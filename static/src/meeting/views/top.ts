import { anHour, minutesAndSeconds, reading, urgency } from "../clock.ts";
import { h, setText } from "../dom.ts";
import type { Ui } from "../ui.ts";
import { Dial } from "./dial.ts";
import { Lock } from "./lock.ts";

/** The bar on top: the room's name, and the clock with the plan it belongs to. */
export class Top {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #chip: HTMLElement;
  readonly #left = h("span", { class: "m-left", attrs: { role: "timer" } });
  readonly #plan = h("span", { class: "m-plan" });
  readonly #dial = new Dial(18);
  readonly upgrade: HTMLButtonElement;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, meeting, store } = ui;
    this.upgrade = h("button", {
      class: "btn btn-small m-upgrade-button",
      text: t("meeting.upgrade.button"),
      attrs: { type: "button", "aria-haspopup": "dialog" },
      on: { click: () => this.#offers() },
    });
    const time = h("div", { class: "m-clock" }, this.#dial.element, this.#left, this.#plan);
    this.#chip = h("div", { class: "m-chip" }, time, this.upgrade, ...payNow(ui));
    this.element = h(
      "header",
      { class: "m-top" },
      mark(),
      h("h1", { class: "m-room ellipsis", text: meeting.room, attrs: { dir: "auto", title: meeting.room } }),
      new Lock(ui).element,
      this.#chip,
    );
    store.subscribe((now) => setText(this.#plan, t("meeting.plan", { plan: now.plan })));
  }

  tick(left: number | null): void {
    const { meeting, store } = this.#ui;
    this.#chip.hidden = left === null;
    if (left === null) return;
    this.#chip.dataset["urgency"] = urgency(left);
    this.upgrade.hidden = !meeting.canUpgrade || store.state.held || meeting.offers.length === 0;
    this.#dial.set(left);
    setText(this.#left, this.#words(left));
  }

  /** Opens the offers; where the clock has opened them, it is the way to them. */
  #offers(): void {
    const { store } = this.#ui;
    if (store.state.upgrade === "closed") store.dispatch({ type: "upgrade", upgrade: "open" });
    else document.querySelector<HTMLElement>(".m-upgrade")?.focus();
  }

  #words(left: number): string {
    const { t } = this.#ui;
    if (left < anHour) return t("meeting.left", { time: minutesAndSeconds(left) });
    const r = reading(left);
    return t("meeting.left", { time: t("meeting.hours", { hours: r.hours, minutes: r.minutes }) });
  }
}

/** Where a payment is missing, the way to it for who may pay: it comes before anything bigger can be bought. The meeting goes on here. */
function payNow({ t, meeting }: Ui): HTMLElement[] {
  if (!meeting.urls.pay) return [];
  return [h("a", { class: "btn btn-small", text: t("meeting.pay"), attrs: { href: meeting.urls.pay, target: "_blank", rel: "noopener" } })];
}

/** Parley's mark on the dark stage. */
function mark(): SVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("width", "24");
  svg.setAttribute("height", "24");
  svg.setAttribute("aria-hidden", "true");
  const shapes = [
    ["m-mark-body", "M4 15C4 8.4 9.4 3 16 3s12 5.2 12 11.7S22.6 26.4 16 26.4h-3.2v.8a2.8 2.8 0 0 1-2.8 2.8H6.8A2.8 2.8 0 0 1 4 27.2z"],
    ["mark-lamp", "M16.2 8.2a6.3 6.3 0 0 1 6.3 6.3v4.7a1.6 1.6 0 0 1-1.6 1.6h-4.7a6.3 6.3 0 0 1 0-12.6z"],
  ] as const;
  for (const [name, d] of shapes) {
    const path = document.createElementNS(ns, "path");
    path.setAttribute("class", name);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

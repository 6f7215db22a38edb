import { minutesAndSeconds } from "../clock.ts";
import { h, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import { spoken } from "../news.ts";
import type { State } from "../state.ts";
import type { Texts } from "../texts.ts";
import type { Offer } from "../types.ts";
import type { Ui } from "../ui.ts";
import { Dial } from "./dial.ts";
import { giveBack } from "./focus.ts";

const aMinute = 60_000;

/**
 * The offers that lift the limit, for hosts. It dims the stage and leaves the bar alone: nobody has
 * to decide before they can mute or leave. Paying happens in another tab, the meeting goes on here.
 */
export class Upgrade {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #dialog: HTMLElement;
  readonly #title = h("h2", { attrs: { id: "upgrade-title" } });
  readonly #text = h("p", { class: "soft" });
  readonly #time = h("span", { class: "m-dial-time", attrs: { "aria-hidden": "true" } });
  readonly #dial = new Dial(76);
  readonly #pay = h("button", { class: "btn btn-lamp btn-large", attrs: { type: "submit" } });
  readonly #choose: HTMLElement;
  readonly #paying: HTMLElement;
  readonly #form: HTMLFormElement;
  /** The clock opens it: who writes at that moment goes on writing. */
  #byClock = false;
  #back: HTMLElement | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t } = ui;
    this.#form = this.#makeForm();
    this.#choose = h("div", { class: "m-offers-part" }, this.#form);
    this.#paying = this.#makePaying();
    this.#dialog = h(
      "div",
      { class: "m-upgrade", attrs: { role: "dialog", "aria-labelledby": "upgrade-title", tabindex: "-1" } },
      h(
        "div",
        { class: "m-upgrade-body" },
        h(
          "div",
          { class: "m-upgrade-head" },
          h("div", {}, this.#title, this.#text),
          h("div", { class: "m-upgrade-dial" }, this.#dial.element, this.#time),
        ),
        this.#choose,
        this.#paying,
      ),
      h("p", { class: "m-upgrade-foot" }, icon("card", 16), h("span", { text: t("meeting.upgrade.foot") })),
    );
    this.element = h("div", { class: "m-veil" }, this.#dialog);
    this.#dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    });
    ui.store.subscribe((now, before) => this.#render(now, before));
  }

  /** Follows the clock, and opens by itself when the last minute begins. */
  tick(left: number | null, before: number | null): void {
    const { t, meeting, store } = this.#ui;
    if (left === null) return;
    this.#dial.set(left);
    setText(this.#time, minutesAndSeconds(left));
    const last = left <= aMinute;
    setText(this.#title, last ? t("meeting.upgrade.last") : t("meeting.upgrade.title", { left: spoken(left, t) }));
    setText(this.#text, t("meeting.upgrade.text", { plan: store.state.plan }));
    const began = before !== null && before > aMinute && last;
    if (began && meeting.canUpgrade && !store.state.held && meeting.offers.length > 0 && store.state.upgrade === "closed") {
      this.#byClock = true;
      store.dispatch({ type: "upgrade", upgrade: "open" });
      this.#byClock = false;
    }
  }

  #close(): void {
    this.#ui.store.dispatch({ type: "upgrade", upgrade: "closed" });
  }

  #makeForm(): HTMLFormElement {
    const { t, meeting, store } = this.#ui;
    const hidden = (name: string, value: string) => h("input", { attrs: { type: "hidden", name, value } });
    const plan = hidden("plan", "");
    const interval = hidden("interval", "");
    const trial = hidden("trial", "");
    const pick = (offer: Offer) => {
      plan.value = offer.plan;
      interval.value = offer.interval;
      trial.value = offer.trial > 0 ? "yes" : "";
      setText(this.#pay, doing(offer, t));
    };
    const offers = meeting.offers.map((offer, i) => offerRow(offer, i === 0, () => pick(offer), dueToday(offer, t)));
    const first = meeting.offers[0];
    if (first) pick(first);
    const form = h(
      "form",
      { attrs: { method: "post", action: meeting.urls.checkout, target: "_blank", rel: "noopener" } },
      hidden("csrf", meeting.csrf),
      hidden("return", "meeting"),
      plan,
      interval,
      trial,
      h("fieldset", { class: "m-offers" }, h("legend", { class: "sr-only", text: t("meeting.upgrade.choose") }), ...offers),
      h("div", { class: "m-upgrade-acts" }, this.#pay, this.#decline("meeting.upgrade.decline")),
    );
    form.addEventListener("submit", () => {
      // After the browser has taken the form: the dialog then waits for the payment.
      setTimeout(() => store.dispatch({ type: "upgrade", upgrade: "paying" }));
    });
    return form;
  }

  #decline(word: string): HTMLButtonElement {
    return h("button", { class: "btn btn-large", text: this.#ui.t(word), attrs: { type: "button" }, on: { click: () => this.#close() } });
  }

  #makePaying(): HTMLElement {
    const { t, store } = this.#ui;
    const again = () => store.dispatch({ type: "upgrade", upgrade: "open" });
    return h(
      "div",
      { class: "m-paying" },
      h("p", { attrs: { role: "status" } }, h("span", { class: "m-spinner", attrs: { "aria-hidden": "true" } }), h("span", { text: t("meeting.upgrade.paying") })),
      h(
        "div",
        { class: "m-upgrade-acts" },
        h("button", { class: "btn", text: t("meeting.upgrade.again"), attrs: { type: "button" }, on: { click: again } }),
        h("button", { class: "btn", text: t("meeting.close"), attrs: { type: "button" }, on: { click: () => this.#close() } }),
      ),
    );
  }

  #render(now: State, before: State): void {
    const open = now.upgrade !== "closed";
    const inside = this.#dialog.contains(document.activeElement);
    this.element.hidden = !open;
    this.#choose.hidden = now.upgrade !== "open";
    this.#paying.hidden = now.upgrade !== "paying";
    document.documentElement.classList.toggle("is-upgrading", open);
    if (open && before.upgrade === "closed") this.#opened();
    if (!open && before.upgrade !== "closed" && inside) this.#leave();
  }

  #opened(): void {
    if (this.#byClock) {
      this.#back = null;
      return this.#ui.acts.speak(`${this.#title.textContent}. ${this.#text.textContent}`);
    }
    this.#back = document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : null;
    this.#dialog.focus();
  }

  /** The focus goes back to where it was before the offers. */
  #leave(): void {
    if (this.#back?.isConnected) this.#back.focus();
    else giveBack(".m-upgrade-button");
  }
}

/** What the button does. Where a plan is paid for already, the price comes first: it hangs on the time that is left of it. */
function doing(offer: Offer, t: Texts): string {
  if (offer.change) return t("meeting.upgrade.price");
  return offer.trial > 0 ? t("meeting.upgrade.try", { days: offer.trial }) : t("meeting.upgrade.pay", { today: offer.today });
}

function dueToday(offer: Offer, t: Texts): string {
  return offer.change ? t("meeting.upgrade.difference") : t("meeting.upgrade.today", { today: offer.today });
}

function offerRow(offer: Offer, chosen: boolean, pick: () => void, today: string): HTMLElement {
  const radio = h("input", { attrs: { type: "radio", name: "offer", checked: chosen }, on: { change: pick } });
  return h(
    "label",
    { class: "m-offer" },
    radio,
    h("span", { class: "m-offer-what" }, h("strong", { text: offer.name }), h("span", { class: "soft", text: offer.detail })),
    h("span", { class: "m-offer-price" }, h("strong", { text: offer.price }), h("span", { class: "quiet", text: today })),
  );
}

import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { News } from "../news.ts";

const icons = { lamp: "clock", danger: "alert", hand: "hand" } as const;

const most = 3;

/** How long a sentence stands, in milliseconds. What is wrong has to be read and acted on: it stands by its length. */
export const standsFor = ({ text, tone }: News): number => (tone === "danger" ? Math.min(60_000, Math.max(10_000, 120 * text.length)) : 5000);

/** Short sentences over the bar, which go by themselves; what is wrong can be put away before. Screen readers hear each of them once. */
export class Toasts {
  readonly element: HTMLElement;
  readonly #stack = h("div", { class: "m-toasts" });
  readonly #voice = h("div", { class: "sr-only", attrs: { role: "status", "aria-live": "polite" } });

  readonly #close: string;

  /** `close` names the button that puts one away. */
  constructor(close: string) {
    this.#close = close;
    this.element = h("div", {}, this.#stack, this.#voice);
  }

  tell(news: readonly News[]): void {
    for (const item of news) {
      this.show(item);
      this.say(item.text);
    }
  }

  /** For screen readers only: what others see is elsewhere. */
  say(text: string): void {
    this.#voice.append(h("p", { text }));
    while (this.#voice.childElementCount > 8) this.#voice.firstElementChild?.remove();
  }

  /** For those who see: screen readers hear of it another way. */
  show(item: News): void {
    const { text, tone } = item;
    const toast = h(
      "div",
      { class: tone === "plain" ? "toast" : `toast toast-${tone}` },
      tone === "plain" ? null : icon(icons[tone], 18),
      h("span", { text, attrs: { "aria-hidden": "true" } }),
      tone === "danger" ? this.#away(() => toast.remove()) : null,
    );
    this.#stack.append(toast);
    while (this.#stack.childElementCount > most) (this.#stack.querySelector(".toast:not(.toast-danger)") ?? this.#stack.firstElementChild)?.remove();
    const go = () => {
      if (toast.contains(document.activeElement)) return void setTimeout(go, 1000);
      toast.classList.add("is-going");
      setTimeout(() => toast.remove(), 200);
    };
    setTimeout(go, standsFor(item));
  }

  /** The focus goes back to where it came from. */
  #away(remove: () => void): HTMLButtonElement {
    let back: EventTarget | null = null;
    const press = () => {
      remove();
      if (back instanceof HTMLElement) back.focus();
    };
    return h("button", { attrs: { type: "button", "aria-label": this.#close, title: this.#close }, on: { focus: (event) => (back = event.relatedTarget), click: press } }, icon("close", 16));
  }
}

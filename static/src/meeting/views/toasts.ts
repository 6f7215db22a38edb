import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { News } from "../news.ts";

const icons = { lamp: "clock", danger: "alert", hand: "hand" } as const;

const shownFor = 5000;
const most = 3;

/** Short sentences over the bar, which go by themselves; screen readers hear each of them once. */
export class Toasts {
  readonly element: HTMLElement;
  readonly #stack = h("div", { class: "m-toasts" });
  readonly #voice = h("div", { class: "sr-only", attrs: { role: "status", "aria-live": "polite" } });

  constructor() {
    this.element = h("div", {}, this.#stack, this.#voice);
  }

  tell(news: readonly News[]): void {
    for (const item of news) this.#show(item);
    if (news.length > 0) this.#voice.append(...news.map((n) => h("p", { text: n.text })));
    while (this.#voice.childElementCount > 8) this.#voice.firstElementChild?.remove();
  }

  /** For screen readers only: what others see is elsewhere. */
  say(text: string): void {
    this.#voice.append(h("p", { text }));
    while (this.#voice.childElementCount > 8) this.#voice.firstElementChild?.remove();
  }

  #show({ text, tone }: News): void {
    const toast = h(
      "div",
      { class: tone === "plain" ? "toast" : `toast toast-${tone}`, attrs: { "aria-hidden": "true" } },
      tone === "plain" ? null : icon(icons[tone], 18),
      h("span", { text }),
    );
    this.#stack.append(toast);
    while (this.#stack.childElementCount > most) this.#stack.firstElementChild?.remove();
    setTimeout(() => {
      toast.classList.add("is-going");
      setTimeout(() => toast.remove(), 200);
    }, shownFor);
  }
}

// Raised hands: the button in the bar, and the mark with somebody's place in line.
import { h, setText } from "../../dom.ts";
import { icon } from "../../icons.ts";
import type { State } from "../../state.ts";
import { placesOf } from "../../state/host.ts";
import type { Texts } from "../../texts.ts";
import type { Ui } from "../../ui.ts";
import { BarButton } from "../barbutton.ts";

/** Raises one's hand, and lowers it. */
export function handButton({ t, store, acts, meeting }: Ui): HTMLButtonElement {
  const up = ({ host }: State) => host.hands.some((hand) => hand.id === meeting.identity);
  const button = new BarButton(() => acts.hand(!up(store.state)), { name: "m-btn-hand", key: "H", folds: true });
  store.subscribe((now) => {
    const raised = up(now);
    button.set(t(raised ? "meeting.hosting.lower" : "meeting.hosting.raise"), "hand");
    button.element.classList.toggle("is-up", raised);
  });
  return button.element;
}

/** The places of raised hands among those who are here, from 1. */
export const handsIn = ({ host, people }: State): ReadonlyMap<string, number> => placesOf(host, new Set(people.map((p) => p.identity)));

/** The mark of a raised hand. */
export class HandMark {
  readonly element: HTMLElement;
  readonly #t: Texts;
  readonly #place = h("span", { attrs: { "aria-hidden": "true" } });
  readonly #said = h("span", { class: "sr-only" });

  constructor(t: Texts, className: string) {
    this.#t = t;
    this.element = h("span", { class: `m-hand ${className}`, attrs: { hidden: true } }, icon("hand", 16), this.#place, this.#said);
  }

  render(place: number): void {
    this.element.hidden = place === 0;
    if (place === 0) return;
    setText(this.#place, String(place));
    setText(this.#said, this.#t("meeting.hosting.hand_up", { n: place }));
  }
}

import { h } from "../dom.ts";
import type { Sticker } from "../session/stickers.ts";

/** How long one is shown, with the way up and the fading away; the style sheet has the same. */
const shownFor = 4200;
/** More at once would hide the people. */
const most = 10;
/** Places beside each other in which they rise, in percent of the stage, in an order that keeps neighbours apart. */
const lanes = [12, 52, 30, 70, 20, 60, 40];

/** What people send, over the stage: it rises, settles and goes. Screen readers hear of it elsewhere. */
export class Floats {
  readonly element = h("div", { class: "m-floats", attrs: { "aria-hidden": "true" } });
  #next = 0;

  show({ src, symbol, alt }: Sticker, name: string): void {
    const thing = src === "" ? h("span", { class: "m-float-symbol", text: symbol }) : h("img", { class: "m-float-picture", attrs: { src, alt } });
    const float = h("figure", { class: "m-float" }, thing, h("figcaption", { class: "ellipsis", text: name, attrs: { dir: "auto" } }));
    float.style.insetInlineStart = `${lanes[this.#next++ % lanes.length] ?? 12}%`;
    this.element.append(float);
    while (this.element.childElementCount > most) this.element.firstElementChild?.remove();
    setTimeout(() => float.remove(), shownFor);
  }
}

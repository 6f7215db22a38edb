import { h, setAttr, setText } from "../../dom.ts";
import type { Texts } from "../../texts.ts";
import { composing } from "../composing.ts";
import { begunAt, ownFits } from "./named.ts";

/** So many are offered. */
const most = 6;

interface Offer {
  /** What goes into the text. */
  text: string;
  name: string;
  src: string;
}

/** Completes :name: in a text to an emoji: of the organization, or of Unicode's. The focus stays in the text. */
export class Complete {
  readonly element: HTMLElement;
  readonly #t: Texts;
  readonly #text: HTMLTextAreaElement;
  readonly #own: ReadonlyMap<string, string>;
  readonly #list: HTMLElement;
  readonly #said = h("p", { class: "sr-only", attrs: { role: "status" } });
  #offers: Offer[] = [];
  #at = 0;
  /** The name that was waved away. */
  #away = "";
  #asked = 0;

  constructor(t: Texts, text: HTMLTextAreaElement, own: ReadonlyMap<string, string>) {
    this.#t = t;
    this.#text = text;
    this.#own = own;
    this.#list = h("ul", { class: "m-chat-named", attrs: { role: "listbox", id: "chat-named", "aria-label": t("meeting.emoji.names") } });
    this.#list.hidden = true;
    this.element = h("div", {}, this.#list, this.#said);
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-controls", "chat-named"]] as const) text.setAttribute(name, value);
    text.addEventListener("input", () => void this.#look());
    text.addEventListener("click", () => void this.#look());
    text.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the text
    this.#list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest("li") : null;
      if (option) this.#take([...this.#list.children].indexOf(option));
    });
  }

  /** Takes a key, if it is for the list. */
  key(event: KeyboardEvent): boolean {
    if (this.#list.hidden || composing(event) || event.shiftKey) return false;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step !== undefined) this.#mark((this.#at + step + this.#offers.length) % this.#offers.length);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#at);
    else if (event.key === "Escape") this.#wave();
    else return false;
    event.preventDefault();
    return true;
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked;
    const begun = begunAt(this.#text.value, this.#text.selectionStart);
    if (!begun || begun.name === this.#away) return this.#close();
    this.#away = "";
    const own = ownFits(this.#own.keys(), begun.name).map((name): Offer => ({ text: name, name, src: this.#own.get(name) ?? "" }));
    const offers = [...own, ...(await unicode(begun.name))].slice(0, most);
    if (asked === this.#asked) this.#show(offers);
  }

  #show(offers: Offer[]): void {
    if (offers.length === 0) return this.#close();
    this.#offers = offers;
    this.#list.replaceChildren(...offers.map(({ text, name, src }, i) =>
      h("li", { attrs: { role: "option", id: `chat-named-${i}` } }, src ? h("img", { attrs: { src, alt: "" } }) : h("span", { text, attrs: { "aria-hidden": "true" } }), h("span", { class: "ellipsis", text: name })),
    ));
    this.#list.hidden = false;
    setText(this.#said, this.#t.count("meeting.emoji.named", offers.length));
    this.#mark(0);
  }

  #mark(at: number): void {
    this.#at = at;
    [...this.#list.children].forEach((option, i) => setAttr(option, "aria-selected", String(i === at)));
    setAttr(this.#text, "aria-activedescendant", `chat-named-${at}`);
  }

  #take(at: number): void {
    const offer = this.#offers[at];
    const begun = begunAt(this.#text.value, this.#text.selectionStart);
    this.#close();
    if (!offer || !begun) return;
    this.#text.setRangeText(`${offer.text} `, begun.from, this.#text.selectionStart, "end");
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #wave(): void {
    this.#away = begunAt(this.#text.value, this.#text.selectionStart)?.name ?? "";
    this.#close();
  }

  #close(): void {
    this.#asked++;
    if (this.#list.hidden) return;
    this.#list.hidden = true;
    this.#offers = [];
    setText(this.#said, "");
    setAttr(this.#text, "aria-activedescendant", null);
  }
}

/** Those of Unicode's; none where the list cannot be had at the moment. */
async function unicode(name: string): Promise<Offer[]> {
  try {
    const { namedEmoji } = await import("./names.ts");
    return (await namedEmoji(name, most)).map(({ symbol, name: shown }) => ({ text: symbol, name: shown, src: "" }));
  } catch {
    return [];
  }
}

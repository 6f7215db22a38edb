import { h } from "../../dom.ts";
import { drawIcon } from "../../icons.ts";
import { type Place, move } from "../../emoji/move.ts";
import type { Item } from "../../session/stickers.ts";
import type { Pick } from "./picker.ts";

/** Things that can be picked under one title. */
export interface Part {
  key: string;
  /** Empty for what was found. */
  title: string;
  /** The drawing of its button; empty for one that has none. */
  icon: string;
  /** What its button is called, where that is not the title. */
  button?: string;
  items: readonly Item[];
  /** Drawn large: stickers. */
  large?: boolean;
}

/** Some rows of a section. */
interface Block {
  element: HTMLElement;
  items: readonly Item[];
  filled: boolean;
}

interface Shown {
  part: Part;
  element: HTMLElement;
  blocks: Block[];
  columns: number;
}

/** Rows of a block. */
const rows = 5;

/** So far out of sight a block is filled already, in pixels. */
const ahead = 160;

/** Sections of things, of which the rows near what is in sight are drawn; the others keep their room. One stop of the tab key, arrows go on. */
export class Sections {
  readonly element: HTMLElement;
  readonly nav: HTMLElement;
  readonly #pick: Pick;
  readonly #out: () => void;
  #parts: readonly Part[] = [];
  #shown: Shown[] = [];
  readonly #blocks = new Map<Element, Block>();
  readonly #cells = new Map<boolean, number>();
  /** The width that the rows are for. */
  #drawnFor = 0;
  #at: Place = { section: 0, index: 0 };
  readonly #near: IntersectionObserver;
  readonly #sized: ResizeObserver;

  constructor(nav: string, pick: Pick, out: () => void) {
    this.#pick = pick;
    this.#out = out;
    this.nav = h("div", { class: "m-emoji-nav", attrs: { role: "toolbar", "aria-label": nav } });
    this.element = h("div", { class: "m-emoji-scroll" });
    this.element.addEventListener("click", (event) => this.#clicked(event));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focusin", (event) => this.#focused(event.target));
    this.nav.addEventListener("keydown", (event) => this.#along(event));
    const seen: IntersectionObserverCallback = (entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#fill(this.#blocks.get(entry.target));
    };
    this.#near = new IntersectionObserver(seen, { root: this.element, rootMargin: `${ahead}px 0px` });
    this.#sized = new ResizeObserver(() => {
      if (this.#width() !== this.#drawnFor) this.show(this.#parts);
    });
    this.#sized.observe(this.element);
  }

  /** Shows these in place of what was there. */
  show(parts: readonly Part[]): void {
    this.#near.disconnect();
    this.#blocks.clear();
    this.#at = { section: 0, index: 0 };
    this.#parts = parts;
    this.#drawnFor = this.#width();
    this.#cells.clear();
    const some = parts.filter((part) => part.items.length > 0);
    this.#shown = some.map((part) => this.#section(part));
    this.element.replaceChildren(...this.#shown.map((one) => one.element));
    this.element.scrollTop = 0;
    this.#stop();
    for (const element of this.#blocks.keys()) this.#near.observe(element);
    this.nav.hidden = parts.length === 1;
    if (!this.nav.hidden) this.#navigate();
  }

  /** The room of all rows is there before they are, so that nothing jumps. */
  #section(part: Part): Shown {
    const grid = h("div", { attrs: { role: "group", "aria-label": part.title || this.nav.getAttribute("aria-label") || "" } });
    const element = h("section", { class: `m-emoji-part${part.large ? " is-large" : ""}` }, part.title === "" ? null : h("h3", { text: part.title }), grid);
    this.element.append(element);
    const columns = Math.max(1, Math.floor(this.#drawnFor / this.#cell(element, part.large ?? false)));
    const blocks: Block[] = [];
    for (let from = 0; from < part.items.length; from += columns * rows) {
      const block = { element: h("div", { class: "m-emoji-grid" }), items: part.items.slice(from, from + columns * rows), filled: false };
      block.element.style.setProperty("--columns", String(columns));
      block.element.style.setProperty("--rows", String(Math.ceil(block.items.length / columns)));
      blocks.push(block);
      this.#blocks.set(block.element, block);
    }
    grid.append(...blocks.map((block) => block.element));
    return { part, element, blocks, columns };
  }

  /** How wide one is, as the styles say; asked once for each kind. */
  #cell(element: HTMLElement, large: boolean): number {
    const known = this.#cells.get(large);
    if (known) return known;
    const width = Number.parseFloat(getComputedStyle(element).getPropertyValue("--cell")) || 40;
    this.#cells.set(large, width);
    return width;
  }

  #width(): number {
    const { paddingLeft, paddingRight } = getComputedStyle(this.element);
    return this.element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  }

  /** Goes to the one that was gone to last. */
  focus(): void {
    this.#button(this.#at)?.focus();
  }

  pickFirst(more: boolean): void {
    const item = this.#shown[0]?.part.items[0];
    if (item) this.#pick(item, more);
  }

  #fill(block: Block | undefined): void {
    if (!block || block.filled) return;
    block.filled = true;
    const buttons = block.items.map((item) => h(
      "button",
      { class: "m-emoji-one", attrs: { type: "button", tabindex: "-1", "aria-label": item.alt, title: item.alt } },
      item.src ? h("img", { attrs: { src: item.src, alt: "", loading: "lazy" } }) : item.symbol,
    ));
    block.element.append(...buttons);
  }

  #button({ section, index }: Place): HTMLElement | null {
    const one = this.#shown[section];
    const size = (one?.columns ?? 1) * rows;
    const block = one?.blocks[Math.floor(index / size)];
    this.#fill(block);
    return (block?.element.children[index % size] as HTMLElement | undefined) ?? null;
  }

  /** The tab key stops at one of all. */
  #stop(): void {
    const button = this.#button(this.#at);
    if (button) button.tabIndex = 0;
  }

  #place(target: EventTarget | null): Place | null {
    const button = target instanceof Element ? target.closest(".m-emoji-one") : null;
    const section = this.#shown.findIndex((one) => button !== null && one.element.contains(button));
    const { blocks = [], columns = 1 } = this.#shown[section] ?? {};
    const block = blocks.findIndex((one) => button !== null && one.element === button.parentElement);
    return !button || block < 0 ? null : { section, index: block * columns * rows + [...(button.parentElement?.children ?? [])].indexOf(button) };
  }

  #clicked(event: MouseEvent): void {
    const place = this.#place(event.target);
    const item = place && this.#shown[place.section]?.part.items[place.index];
    if (item) this.#pick(item, event.shiftKey);
  }

  #focused(target: EventTarget | null): void {
    const place = this.#place(target);
    if (!place) return;
    const before = this.#button(this.#at);
    if (before) before.tabIndex = -1;
    this.#at = place;
    this.#stop();
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    if (event.key.length === 1 && event.key !== " " && !event.ctrlKey) {
      event.stopPropagation(); // it is a letter of what one looks for, and no key of the meeting
      return this.#out();
    }
    const right = getComputedStyle(this.element).direction === "rtl";
    const key = right ? ({ ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[event.key] ?? event.key) : event.key;
    const to = move(key, this.#at, this.#shown.map(({ part, columns }) => ({ count: part.items.length, columns })), event.ctrlKey);
    if (to === null) return;
    event.preventDefault();
    if (to === "out") return this.#out();
    const button = this.#button(to);
    button?.focus({ preventScroll: true });
    button?.scrollIntoView({ block: "nearest" });
  }

  /** A button for each section, to go there at once. */
  #navigate(): void {
    const buttons = this.#shown.map(({ part: { title, icon, button = title }, element }, section) => {
      const go = () => {
        element.scrollIntoView({ block: "start" });
        this.#button({ section, index: 0 })?.focus({ preventScroll: true });
      };
      return icon === "" ? "" : h("button", { attrs: { type: "button", "aria-label": button, title: button, tabindex: "-1" }, on: { click: go } }, drawIcon(icon, 16));
    });
    this.nav.replaceChildren(...buttons.filter((button) => button !== ""));
    this.nav.firstElementChild?.setAttribute("tabindex", "0");
  }

  #along(event: KeyboardEvent): void {
    const buttons = [...this.nav.children] as HTMLElement[];
    const at = buttons.findIndex((one) => one === document.activeElement);
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: buttons.length - 1 - at }[event.key];
    const next = step === undefined ? undefined : buttons[at + step];
    if (!next) return;
    event.preventDefault();
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  }
}

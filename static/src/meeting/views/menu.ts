import { h } from "../dom.ts";
import { icon, type IconName } from "../icons.ts";

export interface Choice {
  label: string;
  /** Of several, the chosen one; undefined for a plain action. */
  chosen?: boolean;
  /** Chosen for itself, and not one of several. */
  several?: boolean;
  icon?: IconName;
  danger?: boolean;
  pick(): void;
}

export interface Group {
  title: string;
  choices: Choice[];
}

/** A menu above the button that opened it: arrows move, Escape and a click elsewhere close. */
export class Menu {
  readonly element = h("div", { class: "m-menu", attrs: { role: "menu" } });
  readonly #close: () => void;
  #anchor: HTMLElement | null = null;
  #shown = "";
  #choices: readonly Choice[] = [];

  constructor(close: () => void) {
    this.#close = close;
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => {
      const target = event.target as Node;
      if (this.#anchor && !this.element.contains(target) && !this.#anchor.contains(target)) close();
    });
    window.addEventListener("resize", () => {
      if (this.#anchor) close(); // its button is somewhere else now
    });
  }

  /**
   * Shows the groups; drawn again with the same anchor, focus stays where it was. What looks the same is left as it is:
   * an item that is replaced between press and release gets no click.
   */
  show(anchor: HTMLElement, label: string, groups: readonly Group[]): void {
    const opening = this.#anchor !== anchor;
    const looks = JSON.stringify(groups);
    this.#choices = groups.flatMap((g) => g.choices);
    if (!opening && looks === this.#shown) return;
    this.#shown = looks;
    const at = this.#items().indexOf(document.activeElement as HTMLElement);
    this.#anchor?.setAttribute("aria-expanded", "false");
    this.#anchor = anchor;
    anchor.setAttribute("aria-expanded", "true");
    this.element.setAttribute("aria-label", label);
    this.element.replaceChildren(...groups.map((g) => this.#group(g)));
    this.#items()[0]?.setAttribute("tabindex", "0"); // a menu that scrolls is to be reached
    this.element.hidden = false;
    this.#place(anchor);
    const items = this.#items();
    if (opening) (this.element.querySelector<HTMLElement>('.m-menu-group:first-child [aria-checked="true"]') ?? items[0])?.focus();
    else if (at >= 0) items[Math.min(at, items.length - 1)]?.focus();
  }

  hide(): void {
    if (!this.#anchor) return;
    const anchor = this.#anchor;
    const held = this.element.contains(document.activeElement);
    this.#anchor = null;
    anchor.setAttribute("aria-expanded", "false");
    this.element.hidden = true;
    if (held) anchor.focus();
  }

  #group(group: Group): HTMLElement {
    return h(
      "div",
      { class: "m-menu-group", attrs: { role: "group", "aria-label": group.title } },
      h("p", { class: "m-menu-title", text: group.title, attrs: { "aria-hidden": "true" } }),
      ...group.choices.map((c) => this.#item(c)),
    );
  }

  #item(choice: Choice): HTMLElement {
    const mark = choice.icon ?? (choice.chosen ? "check" : null);
    const item = h(
      "button",
      {
        class: choice.danger ? "m-menu-item is-danger" : "m-menu-item",
        attrs: {
          type: "button",
          tabindex: "-1",
          role: choice.chosen === undefined ? "menuitem" : choice.several ? "menuitemcheckbox" : "menuitemradio",
          "aria-checked": choice.chosen === undefined ? false : String(choice.chosen),
        },
        on: {
          click: () => {
            const picked = this.#choices[this.#items().indexOf(item)];
            this.#close();
            picked?.pick();
          },
        },
      },
      h("span", { class: "m-menu-mark" }, mark ? icon(mark, 18) : null),
      h("span", { class: "ellipsis", text: choice.label, attrs: { title: choice.label } }),
    );
    return item;
  }

  /** Above the anchor, or below one that stands at the top; inside the window, as far as there is room on that side. */
  #place(anchor: HTMLElement): void {
    const box = anchor.getBoundingClientRect();
    const width = this.element.offsetWidth;
    const left = Math.min(Math.max(8, box.left + box.width / 2 - width / 2), window.innerWidth - width - 8);
    this.element.style.left = `${Math.max(8, left)}px`;
    const below = box.top < window.innerHeight / 2;
    this.element.style.top = below ? `${box.bottom + 8}px` : "";
    this.element.style.bottom = below ? "" : `${window.innerHeight - box.top + 8}px`;
    this.element.style.maxHeight = `${(below ? window.innerHeight - box.bottom : box.top) - 16}px`;
  }

  #items(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".m-menu-item")];
  }

  #key(event: KeyboardEvent): void {
    const items = this.#items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      return this.#close();
    }
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    items[next]?.focus();
  }
}

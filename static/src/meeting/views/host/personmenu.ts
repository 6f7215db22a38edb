// The menus of the rows in People. What stands in them is loaded with the first that is opened.
import { h, setAttr } from "../../dom.ts";
import { icon } from "../../icons.ts";
import type { Person } from "../../state.ts";
import { leads } from "../../state/host.ts";
import type { Ui } from "../../ui.ts";
import { Menu } from "../menu.ts";

/** The button of one row. */
export interface Opener {
  element: HTMLButtonElement;
  render(person: Person): void;
}

export class PersonMenu {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #menu: Menu;
  #open: { identity: string; anchor: HTMLElement } | null = null;
  #groups: typeof import("./person.ts").personGroups | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    this.#menu = new Menu(() => this.close());
    this.element = this.#menu.element;
    ui.store.subscribe(() => this.#draw());
  }

  opener(identity: string): Opener {
    const { t, meeting, store } = this.#ui;
    const element = h("button", { class: "m-round m-person-more", attrs: { type: "button", "aria-haspopup": "menu", "aria-expanded": "false" }, on: { click: () => void this.#toggle(identity, element) } }, icon("more", 18));
    return {
      element,
      render(person) {
        const { host } = store.state;
        element.hidden = !leads(host, meeting.identity) && !(person.self && host.may.rename);
        setAttr(element, "aria-label", t("meeting.hosting.person.menu", { name: person.name }));
      },
    };
  }

  close(): void {
    this.#open = null;
    this.#menu.hide();
  }

  async #toggle(identity: string, anchor: HTMLElement): Promise<void> {
    if (this.#open?.identity === identity) return this.close();
    const { acts, t } = this.#ui;
    this.#open = { identity, anchor };
    try {
      this.#groups ??= (await import("./person.ts")).personGroups;
      this.#draw();
    } catch {
      this.close();
      acts.say(t("meeting.hosting.failed"), "danger");
    }
  }

  #draw(): void {
    if (!this.#open || !this.#groups) return;
    const { store, t } = this.#ui;
    const person = store.state.people.find((p) => p.identity === this.#open?.identity);
    const groups = person ? this.#groups(person, store.state, this.#ui) : [];
    if (!person || groups.length === 0) return this.close();
    this.#menu.show(this.#open.anchor, t("meeting.hosting.person.menu", { name: person.name }), groups);
  }
}

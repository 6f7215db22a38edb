import { h, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import { arrange, type Box, pageSize, phoneWidth } from "../layout.ts";
import { type Seating, noSeating, pages, seat } from "../seating.ts";
import type { Person, State } from "../state.ts";
import type { Ui } from "../ui.ts";
import { Tile } from "./tile.ts";

/** The tiles of the present page, the pager, and a word to somebody who is alone. */
export class Stage {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #list = h("ul", { class: "m-tiles" });
  readonly #alone: HTMLElement;
  readonly #pager: HTMLElement;
  readonly #where = h("p", { class: "m-pager-text" });
  readonly #back: HTMLButtonElement;
  readonly #on: HTMLButtonElement;
  readonly #tiles = new Map<string, Tile>();
  #seating: Seating = noSeating;
  #pages = 1;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts } = ui;
    this.#back = this.#turner("meeting.page.back", "chevron-left", -1);
    this.#on = this.#turner("meeting.page.on", "chevron-right", 1);
    this.#pager = h("div", { class: "m-pager" }, this.#back, this.#where, this.#on);
    this.#alone = h(
      "div",
      { class: "m-alone" },
      h("p", { text: t("meeting.alone") }),
      h("button", { class: "btn narrow-only", on: { click: () => acts.copyLink() } }, icon("copy", 16), t("meeting.copy")),
    );
    this.element = h("main", { class: "m-stage", attrs: { id: "main", "aria-label": t("meeting.stage") } }, this.#list, this.#alone, this.#pager);
    new ResizeObserver(() => this.#draw(ui.store.state)).observe(this.#list);
    ui.store.subscribe((now, before) => {
      if (now.people !== before.people || now.faces !== before.faces || now.speaking !== before.speaking || now.page !== before.page || now === before) {
        this.#draw(now);
      }
    });
  }

  /** Seats change with time, too: who talks long enough comes forward. */
  tick(): void {
    if (this.#ui.store.state.speaking.size > 0) this.#draw(this.#ui.store.state);
  }

  #turner(word: string, name: "chevron-left" | "chevron-right", by: number): HTMLButtonElement {
    const { t, store } = this.#ui;
    const turn = () => store.dispatch({ type: "page", page: store.state.page + by });
    return h("button", { class: "m-round", attrs: { "aria-label": t(word), type: "button" }, on: { click: turn } }, icon(name, 18));
  }

  #draw(state: State): void {
    const me = state.people.find((p) => p.self);
    if (!me) return;
    const size = { width: this.#list.clientWidth, height: this.#list.clientHeight };
    const screen = window.innerWidth;
    const perPage = pageSize(state.people.length, size, screen);
    this.#seating = seat(this.#seating, {
      others: state.people.filter((p) => !p.self).map((p) => p.identity),
      speaking: state.speaking,
      pageSize: perPage,
      featured: screen < phoneWidth,
      now: performance.now(),
    });
    const all = pages(this.#seating, me.identity, perPage);
    const shown = all[Math.min(state.page, all.length - 1)] ?? [];
    const boxes = arrange(shown.length, size, screen);
    this.#fill(shown, boxes, state);
    this.#turn(state, all.length, shown.length);
    this.#alone.hidden = state.people.length > 1 || state.connection === "connecting";
  }

  /** A tile gets its place before its picture, which looks how large it is shown. */
  #fill(shown: readonly string[], boxes: readonly Box[], state: State): void {
    const wanted = new Set(shown);
    for (const [identity, tile] of this.#tiles) {
      if (wanted.has(identity)) continue;
      tile.close();
      this.#tiles.delete(identity);
    }
    const byIdentity = new Map(state.people.map((p) => [p.identity, p]));
    shown.forEach((identity, i) => {
      const person = byIdentity.get(identity);
      if (!person) return;
      const tile = this.#tileFor(person);
      const [at, box] = [this.#list.children[i], boxes[i]];
      if (at !== tile.element) this.#list.insertBefore(tile.element, at ?? null);
      if (box) tile.place(box);
      tile.render(person, state.speaking.has(identity), state.faces[identity]);
    });
  }

  #tileFor(person: Person): Tile {
    const known = this.#tiles.get(person.identity);
    if (known) return known;
    const onFrame = person.self ? () => undefined : () => this.#ui.acts.firstFrame();
    const made = new Tile(this.#ui.t, onFrame);
    this.#tiles.set(person.identity, made);
    return made;
  }

  #turn(state: State, count: number, shown: number): void {
    this.#pages = count;
    this.#pager.hidden = count < 2;
    if (count < 2) return;
    const page = Math.min(state.page, count - 1);
    this.#back.disabled = page === 0;
    this.#on.disabled = page === this.#pages - 1;
    const more = state.people.length - shown;
    setText(this.#where, this.#ui.t.count("meeting.page.where", more, { page: page + 1, pages: count }));
    if (page !== state.page) this.#ui.store.dispatch({ type: "page", page });
  }
}

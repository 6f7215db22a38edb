import { h, setAttr, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Box, Size } from "../layout.ts";
import { Paced } from "../paced.ts";
import { type Plan, planStage } from "../plan.ts";
import { type Seating, noSeating } from "../seating.ts";
import { type Person, type State, turned } from "../state.ts";
import { picturesAt } from "../state/governor.ts";
import { roleOf } from "../state/host.ts";
import { levelOf } from "../state/quality.ts";
import { sharerOf } from "../state/stage.ts";
import type { Ui } from "../ui.ts";
import { handsIn } from "./host/hand.ts";
import { ShareTile } from "./sharetile.ts";
import { Tile } from "./tile.ts";

/** Between the tiles and what turns their pages, and how high that is, as the style sheet has it. */
const below = 10;
const coarse = matchMedia("(pointer: coarse)");

/** The tiles of the present page, the pager, and a word to somebody who is alone. */
export class Stage {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #list = h("ul", { class: "m-tiles" });
  readonly #alone: HTMLElement;
  readonly #more: HTMLButtonElement;
  readonly #pager: HTMLElement;
  readonly #where = h("p", { class: "m-pager-text" });
  readonly #back: HTMLButtonElement;
  readonly #on: HTMLButtonElement;
  readonly #tiles = new Map<string, Tile | ShareTile>();
  readonly #drawing = new Paced(() => this.#draw(this.#ui.store.state));
  #seating: Seating = noSeating;
  #shown = 0;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts, store } = ui;
    this.#back = this.#turner("meeting.page.back", "chevron-left", -1);
    this.#on = this.#turner("meeting.page.on", "chevron-right", 1);
    this.#pager = h("div", { class: "m-pager" }, this.#back, this.#where, this.#on);
    const next = () => store.dispatch({ type: "page", page: (store.state.page + 1) % Math.max(1, this.#shown) });
    this.#more = h("button", { class: "m-rest", attrs: { type: "button", hidden: true }, on: { click: next } });
    this.#alone = h(
      "div",
      { class: "m-alone" },
      h("p", { text: t("meeting.alone") }),
      h("button", { class: "btn narrow-only", on: { click: () => acts.copyLink() } }, icon("copy", 16), t("meeting.copy")),
    );
    const tiles = h("div", { class: "m-tiles-box" }, this.#list, this.#more);
    this.element = h("main", { class: "m-stage", attrs: { id: "main", "aria-label": t("meeting.stage") } }, tiles, this.#alone, this.#pager);
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("focusin", (event) => this.#reach(event.target as HTMLElement));
    new ResizeObserver(() => this.#drawing.ask()).observe(this.#list);
    ui.store.subscribe((now, before) => {
      const changed = (["people", "faces", "speaking", "page", "stage", "quality", "host"] as const).some((part) => now[part] !== before[part]);
      if (changed || now === before) this.#drawing.ask();
    });
  }

  /** Seats change with time, too: who talks long enough comes forward. */
  tick(): void {
    if (this.#ui.store.state.speaking.size > 0) this.#drawing.ask();
  }

  #turner(word: string, name: "chevron-left" | "chevron-right", by: number): HTMLButtonElement {
    const { t, store } = this.#ui;
    const turn = () => {
      const page = turned(store.state, by);
      if (page !== null) store.dispatch({ type: "page", page });
    };
    return h("button", { class: "m-round", attrs: { "aria-label": t(word), type: "button" }, on: { click: turn } }, icon(name, 18));
  }

  #draw(state: State): void {
    const me = state.people.find((p) => p.self);
    if (!me) return;
    const plan = planStage(this.#seating, {
      others: state.people.filter((p) => !p.self).map((p) => p.identity),
      self: me.identity,
      speaking: state.speaking,
      stage: state.stage,
      spotlight: state.host.spotlight,
      page: state.page,
      ...this.#room(),
      screen: window.innerWidth,
      now: performance.now(),
    });
    this.#seating = plan.seating;
    this.#fill(plan, state);
    this.#turn(state, plan);
    this.#alone.hidden = state.people.length > 1 || state.connection === "connecting";
  }

  /** The room for tiles is measured as if nothing stood below them: else one page too many would keep the pager that makes it. */
  #room(): { size: Size; pager: number } {
    const { clientWidth: width, clientHeight: height } = this.#list;
    const shown = this.#pager.offsetHeight;
    return { size: { width, height: shown > 0 ? height + shown + below : height }, pager: (coarse.matches ? 44 : 36) + below };
  }

  /** A tile gets its place before its picture, which looks how large it is shown. */
  #fill(plan: Plan, state: State): void {
    const wanted = new Set(plan.places.map((p) => p.tile));
    for (const [name, tile] of this.#tiles) {
      if (wanted.has(name)) continue;
      tile.close();
      this.#tiles.delete(name);
    }
    const people = new Map(state.people.map((p) => [p.identity, p]));
    const hands = handsIn(state);
    const pictured = picturedOf(plan, state);
    plan.places.forEach(({ tile: name, box }, i) => {
      const sharer = sharerOf(name);
      if (sharer !== null) return this.#screen(name, sharer, box, i, plan, state);
      const person = people.get(name);
      if (!person) return;
      const tile = this.#tileFor(person);
      this.#stand(tile, box, i);
      const { pin, mirror } = state.stage;
      const spared = !state.stage.soundOnly && !person.self && person.video !== null && !pictured.has(name);
      tile.render(person, {
        speaking: state.speaking.has(name),
        face: state.faces[name],
        pinned: pin === name,
        spotlight: state.host.spotlight === name,
        role: roleOf(state.host, name),
        hand: hands.get(name) ?? 0,
        mirror,
        soundOnly: state.stage.soundOnly,
        spared,
        level: levelOf(state.quality, name),
      });
    });
    const pins = [...this.#list.querySelectorAll<HTMLElement>(".tile-pin:not([hidden])")];
    if (!pins.some((p) => p.tabIndex === 0)) pins[0]?.setAttribute("tabindex", "0");
  }

  #screen(name: string, sharer: string, box: Box, at: number, plan: Plan, { stage }: State): void {
    const share = stage.shares.find((s) => s.identity === sharer);
    if (!share) return;
    const { t, store, acts } = this.#ui;
    let tile = this.#tiles.get(name);
    if (!(tile instanceof ShareTile)) {
      const pin = () => store.dispatch({ type: "stage", act: { do: "pin", tile: name } });
      tile = new ShareTile(t, { pin, full: () => acts.alone(name), drawn: () => acts.firstFrame() });
      this.#tiles.set(name, tile);
    }
    this.#stand(tile, box, at);
    tile.render(share, { large: plan.large === name, pinned: stage.pin === name, alone: stage.alone === name, soundOnly: stage.soundOnly });
  }

  #stand(tile: Tile | ShareTile, box: Box, at: number): void {
    const there = this.#list.children[at];
    if (there !== tile.element) this.#list.insertBefore(tile.element, there ?? null);
    tile.place(box);
  }

  #tileFor(person: Person): Tile {
    const known = this.#tiles.get(person.identity);
    if (known instanceof Tile) return known;
    const { t, acts, store } = this.#ui;
    const onFrame = person.self ? () => undefined : () => acts.firstFrame();
    const openQuality = person.self ? () => store.dispatch({ type: "quality", act: { do: "open", open: true } }) : undefined;
    const made = new Tile(t, onFrame, () => store.dispatch({ type: "stage", act: { do: "pin", tile: person.identity } }), openQuality);
    this.#tiles.set(person.identity, made);
    return made;
  }

  #turn(state: State, plan: Plan): void {
    const { t, store } = this.#ui;
    this.#shown = plan.pages;
    store.dispatch({ type: "pages", pages: plan.pages });
    this.#pager.hidden = plan.pages < 2 || plan.more !== null;
    this.#more.hidden = plan.pages < 2 || plan.more === null;
    if (plan.page !== state.page) return store.dispatch({ type: "page", page: plan.page });
    if (plan.more) this.#rest(plan.more, plan.unseen);
    if (this.#pager.hidden) return;
    // Not disabled: the one that was pressed last would lose the focus.
    setAttr(this.#back, "aria-disabled", turned(plan, -1) === null ? "true" : null);
    setAttr(this.#on, "aria-disabled", turned(plan, 1) === null ? "true" : null);
    setText(this.#where, t.count("meeting.page.where", plan.unseen, { page: plan.page + 1, pages: plan.pages }));
  }

  /** Those who have no room beside the large tile: a press shows the next of them. */
  #rest(box: Box, count: number): void {
    const { style } = this.#more;
    style.transform = `translate(${box.x}px, ${box.y}px)`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    setText(this.#more, this.#ui.t.count("meeting.view.more", count));
    this.#more.title = this.#ui.t("meeting.page.on");
  }

  /** All pins are one stop for Tab; arrows go from one to the next. */
  #key(event: KeyboardEvent): void {
    const pins = [...this.#list.querySelectorAll<HTMLElement>(".tile-pin:not([hidden])")];
    const at = pins.indexOf(event.target as HTMLElement);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at < 0 || by === undefined) return;
    event.preventDefault();
    pins[(at + by + pins.length) % pins.length]?.focus();
  }

  #reach(target: HTMLElement): void {
    if (!target.classList.contains("tile-pin")) return;
    for (const pin of this.#list.querySelectorAll<HTMLElement>(".tile-pin")) pin.tabIndex = pin === target ? 0 : -1;
  }
}

/** Whose pictures are received: everybody's on the page, or, for the sake of a busy device, the first few; the large tile is the first. */
function picturedOf(plan: Plan, { people, quality }: State): ReadonlySet<string> {
  const shown = new Set(people.filter((p) => !p.self && p.video !== null).map((p) => p.identity));
  return new Set(plan.places.map((p) => p.tile).filter((tile) => shown.has(tile)).slice(0, picturesAt(quality.governor.step)));
}

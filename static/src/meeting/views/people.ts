import { h, setText, showFace } from "../dom.ts";
import { icon, setIcon } from "../icons.ts";
import type { Person, State } from "../state.ts";
import { roleOf } from "../state/host.ts";
import { type Level, levelOf } from "../state/quality.ts";
import type { Ui } from "../ui.ts";
import { giveBack } from "./focus.ts";
import { ConnectionMark } from "./connectionmark.ts";
import { HandMark, handsIn } from "./host/hand.ts";
import { type Opener, PersonMenu } from "./host/personmenu.ts";
import { toneOf } from "./tile.ts";

/** What a row shows beside what the person does. */
interface Look {
  face: string | undefined;
  role: "host" | "cohost" | "";
  /** Their place among the raised hands, from 1; 0 for none. */
  hand: number;
  level: Level;
}

interface Row {
  element: HTMLLIElement;
  render(person: Person, look: Look): void;
}

/** Everybody in the meeting, as the node tells it. A panel beside the stage, a full sheet on phones. */
export class People {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #count = h("span", { class: "m-people-count" });
  readonly #list = h("ul", { class: "m-people-list", attrs: { tabindex: "0" } });
  readonly #rows = new Map<string, Row>();
  readonly #close: HTMLButtonElement;
  readonly #menu: PersonMenu;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts, store } = ui;
    const close = () => store.dispatch({ type: "togglePeople" });
    this.#close = h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.close") }, on: { click: close } }, icon("close", 18));
    this.#menu = new PersonMenu(ui);
    this.#list.setAttribute("aria-label", t("meeting.people"));
    this.element = h(
      "aside",
      { class: "m-people", attrs: { "aria-label": t("meeting.people") } },
      h("header", { class: "m-people-head" }, h("h2", {}, t("meeting.people"), " ", this.#count), this.#close),
      this.#list,
      h(
        "div",
        { class: "m-people-foot narrow-only" },
        h("button", { class: "btn btn-wide", attrs: { type: "button" }, on: { click: () => acts.copyLink() } }, icon("copy", 16), t("meeting.copy")),
      ),
      this.#menu.element,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    store.subscribe((now, before) => this.#render(now, before));
  }

  #render(now: State, before: State): void {
    this.element.hidden = !now.peopleOpen;
    if (now.peopleOpen && !before.peopleOpen) this.#close.focus();
    if (!now.peopleOpen) this.#menu.close();
    if (!now.peopleOpen && before.peopleOpen) giveBack(".m-btn-people");
    const same = (["people", "faces", "limit", "quality", "host"] as const).every((part) => now[part] === before[part]);
    if (!now.peopleOpen || (same && before.peopleOpen)) return;
    setText(this.#count, this.#ui.t("meeting.seats", { here: now.people.length, seats: now.limit }));
    const here = new Set(now.people.map((p) => p.identity));
    for (const [identity, row] of this.#rows) {
      if (here.has(identity)) continue;
      row.element.remove();
      this.#rows.delete(identity);
    }
    const hands = handsIn(now);
    inOrder(now.people, hands).forEach((person, i) => {
      const { identity } = person;
      const row = this.#rowFor(person);
      row.render(person, { face: now.faces[identity], role: roleOf(now.host, identity), hand: hands.get(identity) ?? 0, level: levelOf(now.quality, identity) });
      const at = this.#list.children[i];
      if (at !== row.element) this.#list.insertBefore(row.element, at ?? null);
    });
  }

  #rowFor(person: Person): Row {
    const known = this.#rows.get(person.identity);
    if (known) return known;
    const made = rowOf(this.#ui, this.#menu.opener(person.identity));
    this.#rows.set(person.identity, made);
    return made;
  }
}

/** Who wants to speak comes first, in the order of their hands; the others as they came. */
function inOrder(people: readonly Person[], hands: ReadonlyMap<string, number>): readonly Person[] {
  if (hands.size === 0) return people;
  const place = (p: Person) => hands.get(p.identity) ?? Infinity;
  return [...people].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

function rowOf({ t }: Ui, more: Opener): Row {
  const picture = h("span", { attrs: { "aria-hidden": "true" } });
  const name = h("span", { class: "ellipsis", attrs: { dir: "auto" } });
  const you = h("span", { class: "m-people-you", text: t("meeting.you_mark") });
  const host = h("span", { class: "badge" });
  const hand = new HandMark(t, "m-people-hand");
  const connection = new ConnectionMark(t, true);
  const mark = h("span", { class: "m-people-mic" });
  const muted = h("span", { class: "sr-only" });
  const element = h("li", {}, picture, name, you, host, hand.element, connection.element, mark, muted, more.element);
  return {
    element,
    render(person, { face, role, hand: place, level }) {
      connection.set(level);
      picture.className = `avatar ${toneOf(person.name)}`;
      showFace(picture, person.name, face);
      setText(name, person.name);
      name.title = person.name;
      you.hidden = !person.self;
      host.hidden = role === "";
      if (role !== "") setText(host, t(role === "host" ? "meeting.host" : "meeting.hosting.cohost"));
      hand.render(place);
      more.render(person);
      setIcon(mark, person.microphone ? "mic" : "mic-off", 18);
      element.classList.toggle("is-muted", !person.microphone);
      setText(muted, person.microphone ? t("meeting.is_unmuted") : t("meeting.is_muted"));
    },
  };
}

import { h } from "../../dom.ts";
import type { Chat, Message } from "../../state/chat.ts";
import type { Texts } from "../../texts.ts";
import { OnWay } from "./onway.ts";
import { type Around, Row, headed } from "./row.ts";

/** How many messages are drawn at first, and how many more each time one goes further back. */
const chunk = 100;
/** So near to the end one is at it, in pixels. */
const near = 48;

/** The messages, newest last. Only those are in the page that somebody has been near; what is out of sight is not laid out. */
export class List {
  readonly element: HTMLElement;
  /** Beside the message that the pointer or the keyboard is at. */
  readonly tools: HTMLElement;
  readonly #rows = h("ol", { class: "m-chat-rows" });
  readonly #older: HTMLButtonElement;
  readonly #newest: HTMLButtonElement;
  readonly #scroll: HTMLElement;
  readonly #around: Around;
  readonly #drawn = new Map<number, Row>();
  readonly #toolsFor: (m: Message) => HTMLElement[];
  #messages: readonly Message[] = [];
  readonly #onWay: OnWay;
  /** The newest is kept in sight. */
  #pinned = true;
  #top = 0;
  /** Index of the first message that is drawn. */
  #from = 0;

  constructor(t: Texts, around: Omit<Around, "show">, toolsFor: (m: Message) => HTMLElement[]) {
    this.#around = { ...around, show: (n) => this.show(n) };
    this.#toolsFor = toolsFor;
    this.#onWay = new OnWay(this.#around, () => this.#scroll.focus({ preventScroll: true }));
    this.#older = h("button", { class: "m-chat-older", text: t("meeting.chat.older"), attrs: { type: "button" }, on: { click: () => this.#further() } });
    this.#newest = h("button", { class: "btn btn-small m-chat-newest", text: t("meeting.chat.newest"), attrs: { type: "button" }, on: { click: () => this.toEnd() } });
    this.tools = h("div", { class: "m-chat-tools", attrs: { role: "group", "aria-label": t("meeting.chat.tools") } });
    this.#scroll = h("div", { class: "m-chat-scroll", attrs: { role: "group", "aria-label": t("meeting.chat.messages"), tabindex: "0" } }, this.#older, this.#rows, this.#onWay.element);
    this.element = h("div", { class: "m-chat-list" }, this.#scroll, this.#newest);
    this.#newest.hidden = true;
    this.#scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const grows = new ResizeObserver(() => {
      if (this.#pinned) this.toEnd();
    });
    for (const list of [this.#rows, this.#onWay.element]) grows.observe(list);
    this.#scroll.addEventListener("keydown", (event) => this.#key(event));
    const at = (event: Event) => this.#at(event.target);
    this.#rows.addEventListener("pointerover", at);
    this.#rows.addEventListener("focusin", at);
    this.#rows.addEventListener("click", at);
  }

  render(chat: Chat): void {
    const end = this.#pinned;
    const grown = chat.messages.length > this.#messages.length;
    if (chat.messages !== this.#messages) this.#sync(chat.messages);
    if (end) this.#shorten();
    const posted = this.#onWay.render(chat);
    if (end || posted) this.toEnd();
    else if (grown) this.#newest.hidden = false;
  }

  /** Draws all anew, when what they are drawn with has changed. */
  redraw(): void {
    for (const row of this.#drawn.values()) row.draw();
    this.#onWay.redraw();
  }

  toEnd(): void {
    this.#hideNewest();
    this.#pinned = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#top = this.#scroll.scrollTop;
  }

  /** The button goes with its press: the focus goes on to the messages. */
  #hideNewest(): void {
    if (document.activeElement === this.#newest) this.#scroll.focus({ preventScroll: true });
    this.#newest.hidden = true;
  }

  /** Brings a message into sight and marks it. */
  show(n: number): void {
    const at = this.#messages.findIndex((m) => m.n === n);
    if (at < 0) return;
    while (at < this.#from) this.#further();
    const row = this.#drawn.get(n)?.element;
    this.#pinned = false;
    row?.scrollIntoView({ block: "center" });
    row?.focus();
  }

  #sync(messages: readonly Message[]): void {
    const fresh = this.#messages.length === 0;
    const oldest = this.#messages[this.#from]?.n;
    this.#messages = messages;
    // What has come in before the ones that are drawn waits until one goes back to it.
    this.#from = fresh || oldest === undefined ? Math.max(0, messages.length - chunk) : messages.findIndex((m) => m.n === oldest);
    this.#older.hidden = this.#from === 0;
    let place: ChildNode | null = this.#rows.firstChild;
    for (let i = this.#from; i < messages.length; i++) {
      const m = messages[i];
      if (!m) continue;
      const row = this.#row(m, headed(m, messages[i - 1]));
      if (row.element === place) place = place.nextSibling;
      else this.#rows.insertBefore(row.element, place);
    }
  }

  /** Who reads the newest has not gone back to the oldest: these are taken out until one does, or a long meeting would draw all it ever had. */
  #shorten(): void {
    const from = this.#messages.length - chunk;
    if (from - this.#from <= chunk || this.#rows.contains(document.activeElement)) return;
    for (const m of this.#messages.slice(this.#from, from)) {
      this.#drawn.get(m.n)?.element.remove();
      this.#drawn.delete(m.n);
    }
    this.#from = from;
    this.#older.hidden = false;
  }

  #row(m: Message, head: boolean): Row {
    const known = this.#drawn.get(m.n);
    if (!known) {
      const row = new Row(m, head, this.#around);
      this.#drawn.set(m.n, row);
      return row;
    }
    if (known.message !== m || known.headed !== head) {
      const had = known.element.contains(this.tools);
      const focused = document.activeElement;
      const [inside, tool] = [known.element.contains(focused), [...this.tools.children].indexOf(focused as Element)];
      known.message = m;
      known.headed = head;
      known.draw();
      if (had) this.#equip(known);
      // Who reacted by keys goes on from where they were.
      if (inside) ((tool < 0 ? null : (this.tools.children[tool] as HTMLElement | undefined)) ?? known.element).focus({ preventScroll: true });
    }
    return known;
  }

  #further(): void {
    const before = this.#scroll.scrollHeight - this.#scroll.scrollTop;
    this.#pinned = false;
    const until = this.#from;
    this.#from = Math.max(0, until - chunk);
    const rows = this.#messages.slice(this.#from, until).map((m, i) => this.#row(m, headed(m, this.#messages[this.#from + i - 1])).element);
    this.#rows.prepend(...rows);
    this.#older.hidden = this.#from === 0;
    this.#scroll.scrollTop = this.#scroll.scrollHeight - before;
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < near;
  }

  /** Rows that come into sight find their height, and move the end; only who goes back leaves it. */
  #scrolled(): void {
    const back = this.#scroll.scrollTop < this.#top;
    this.#top = this.#scroll.scrollTop;
    if (this.#isAtEnd()) {
      this.#hideNewest();
      this.#pinned = true;
    } else if (back) this.#pinned = false;
    if (this.#scroll.scrollTop < near && this.#from > 0) this.#further();
  }

  /** Arrow keys go from message to message, Tab from there to what can be done with it. */
  #key(event: KeyboardEvent): void {
    const rows = [...this.#rows.children] as HTMLElement[];
    const on = event.target instanceof Element ? event.target.closest("li") : null;
    const now = on instanceof HTMLElement ? rows.indexOf(on) : rows.length;
    const to = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: rows.length - 1 }[event.key];
    const next = to === undefined ? undefined : rows[to];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  #at(target: EventTarget | null): void {
    const li = target instanceof Element ? target.closest("li") : null;
    const row = this.#drawn.get(Number(li?.dataset["n"]));
    if (row && !row.element.contains(this.tools)) this.#equip(row);
  }

  #equip(row: Row): void {
    const tools = row.message.deleted ? [] : this.#toolsFor(row.message);
    this.tools.replaceChildren(...tools);
    if (tools.length > 0) row.element.append(this.tools);
    else this.tools.remove();
  }
}

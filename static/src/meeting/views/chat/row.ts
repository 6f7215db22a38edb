import { h } from "../../dom.ts";
import { type Message, type Pending, moves } from "../../state/chat.ts";
import type { Texts } from "../../texts.ts";
import { type Files, fileCard, pendingFile } from "./file.ts";
import { glance } from "./news.ts";
import { drawText } from "./text.ts";

/** What rows need besides their message. */
export interface Around {
  t: Texts;
  self: string;
  language: string;
  emoji: ReadonlyMap<string, string>;
  find(n: number): Message | undefined;
  /** Brings a message into sight. */
  show(n: number): void;
  react(m: Message, kind: string, name: string, on: boolean): void;
  retry(id: string): void;
  drop(id: string): void;
  files: Files;
}

/** Messages of one person that come after each other within this time stand under one name. */
const together = 5 * 60_000;

/** Whether a message begins with the name of who wrote it. */
export function headed(m: Message, before: Message | undefined): boolean {
  return !before || before.from !== m.from || before.to !== m.to || m.at - before.at > together;
}

export const hour = (at: number, language: string): string => new Date(at).toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" });

/** One message. It is drawn anew when it has changed. */
export class Row {
  readonly element = h("li", { class: "m-chat-row", attrs: { tabindex: "-1" } });
  message: Message;
  headed: boolean;
  readonly #around: Around;

  constructor(message: Message, head: boolean, around: Around) {
    this.message = message;
    this.headed = head;
    this.#around = around;
    this.draw();
  }

  draw(): void {
    const { message: m, headed: head } = this;
    const { t, self, language } = this.#around;
    const own = m.from === self;
    this.element.className = `m-chat-row${own ? " is-own" : ""}${head ? " is-headed" : ""}${m.to === "" ? "" : " is-private"}`;
    this.element.dataset["n"] = String(m.n);
    const name = own ? t("meeting.chat.you") : m.by || t("meeting.chat.nobody");
    const whom = m.to === "" ? "" : own ? t("meeting.chat.to_one", { name: m.toName || t("meeting.chat.nobody") }) : t("meeting.chat.to_you");
    const meta = h(
      "p",
      { class: head ? "m-chat-head" : "sr-only" },
      h("span", { class: "m-chat-name", text: name, attrs: { dir: "auto" } }),
      whom === "" ? null : h("span", { class: "m-chat-whom", text: whom, attrs: { dir: "auto" } }),
      h("time", { text: hour(m.at, language), attrs: { datetime: new Date(m.at).toISOString() } }),
    );
    this.element.replaceChildren(meta, ...[this.#quote(), this.#said(), this.#reactions()].filter((part) => part !== null));
  }

  #quote(): HTMLElement | null {
    const { message: m } = this;
    const { t, find, show } = this.#around;
    if (m.reply === 0 || m.deleted) return null;
    const answered = find(m.reply);
    const text = answered ? `${answered.by}: ${glance(answered, t)}` : t("meeting.chat.quote_gone");
    return h("button", { class: "m-chat-quote", text, attrs: { type: "button", dir: "auto" }, on: { click: () => show(m.reply) } });
  }

  #said(): HTMLElement {
    const { message: m } = this;
    const { t, emoji, language, files } = this.#around;
    if (m.deleted) return h("p", { class: "m-chat-said is-gone", text: t("meeting.chat.deleted") });
    if (m.closed) return h("p", { class: "m-chat-said is-gone", text: t("meeting.chat.closed") });
    if (m.sticker) return h("img", { class: "m-chat-sticker", attrs: { src: m.sticker.src, alt: m.sticker.alt } });
    const edited = m.edited === 0 ? null : h("span", { class: "m-chat-edited", text: t("meeting.chat.edited") });
    const words = h("p", { class: "m-chat-said", attrs: { dir: "auto" } }, ...drawText(m.text, emoji), edited);
    const card = fileCard(m, t, language, files);
    return card ? h("div", { class: "m-chat-sent" }, card, m.text === "" ? null : words) : words;
  }

  #reactions(): HTMLElement | null {
    const { message: m } = this;
    const { t, self, react } = this.#around;
    if (m.reactions.length === 0) return null;
    const buttons = m.reactions.map((r) => {
      const mine = r.by.includes(self);
      return h(
        "button",
        {
          class: "m-chat-reaction",
          attrs: { type: "button", "aria-pressed": String(mine), "aria-label": t.count("meeting.chat.reacted", r.by.length, { what: r.alt }), title: r.alt },
          on: { click: () => react(m, r.kind, r.name, !mine) },
        },
        r.src ? h("img", { attrs: { src: r.src, alt: "" } }) : h("span", { text: r.symbol }),
        h("span", { text: String(r.by.length) }),
      );
    });
    return h("div", { class: "m-chat-reactions" }, ...buttons);
  }
}

/** One's own message that is not there yet. */
export function pendingRow(p: Pending, { t, emoji, language, retry, drop, files }: Around): HTMLElement {
  const state = h("p", { class: "m-chat-state" });
  const failed = p.status === "failed" || p.status === "refused";
  state.append(h("span", { text: failed ? `${t("meeting.chat.failed")} ${p.fault}`.trim() : t(`meeting.chat.${p.status}`) }));
  if (!moves(p)) {
    const button = (word: string, press: () => void) => h("button", { class: "m-chat-small", text: t(word), attrs: { type: "button" }, on: { click: press } });
    const again = p.status === "failed" ? button("meeting.chat.retry", () => retry(p.id)) : p.status === "lost" ? button("meeting.chat.rechoose", () => files.rechoose(p)) : null;
    state.append(h("span", { class: "m-chat-acts" }, again, button("meeting.chat.discard", () => drop(p.id))));
    state.setAttribute("role", "alert");
  }
  const said = p.sticker
    ? h("img", { class: "m-chat-sticker", attrs: { src: p.sticker.src, alt: p.sticker.alt } })
    : h("p", { class: "m-chat-said", attrs: { dir: "auto" } }, ...drawText(p.text, emoji));
  const file = pendingFile(p, t, language, files);
  const all = file ? h("div", { class: "m-chat-sent" }, file, p.text === "" ? null : said) : said;
  return h("li", { class: `m-chat-row is-own is-pending${moves(p) ? "" : " is-failed"}`, attrs: { tabindex: "-1" } }, all, state);
}

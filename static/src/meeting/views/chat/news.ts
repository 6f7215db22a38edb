// What is told of new messages to who does not have the chat before them. Pure.
import type { News } from "../../news.ts";
import type { Message } from "../../state/chat.ts";
import type { State } from "../../state.ts";
import type { Texts } from "../../texts.ts";

/** More at once are told as a number. */
const namedAtOnce = 2;
/** Of a text, in characters. */
const most = 120;

/** Sentences for messages that have come in: to be shown where the chat is closed, to be said where it is open. */
export function chatNews(now: State, before: State, t: Texts): News[] {
  const { chat } = now;
  if (chat.messages === before.chat.messages || !before.chat.loaded) return [];
  const known = before.chat.messages.at(-1)?.n ?? 0;
  const fresh = chat.messages.filter((m) => m.n > known && m.from !== selfOf(now) && !m.deleted);
  if (fresh.length > namedAtOnce) return [{ text: t.count("meeting.chat.news_many", fresh.length), tone: "plain" }];
  return fresh.map((m) => ({ text: t(m.to === "" ? "meeting.chat.news" : "meeting.chat.news_private", { name: m.by, text: glance(m, t) }), tone: "plain" }));
}

const selfOf = (state: State): string => state.people.find((p) => p.self)?.identity ?? "";

/** The beginning of what a message says. */
export function glance(m: Message, t: Texts): string {
  if (m.deleted) return t("meeting.chat.deleted");
  if (m.closed) return t("meeting.chat.closed_short");
  const said = [m.file?.name ?? "", m.text.replaceAll(/\s+/gu, " ")].filter((part) => part !== "");
  const text = m.sticker?.alt ?? said.join(": ");
  return text.length > most ? `${text.slice(0, most).trimEnd()}…` : text;
}

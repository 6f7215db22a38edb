// How chat travels: what the server says of a message, and asking it. Small requests to the page's own origin.
import type { Drawn, Message, Reaction } from "../state/chat.ts";
import type { MeetingSession } from "../types.ts";

/** A message as it came: its text may be sealed. */
export interface Said {
  message: Message;
  sealed: boolean;
  /** The rev before it among those that the same people have; 0 in lists. */
  prev: number;
}

export interface Page {
  said: Said[];
  upto: number;
  more: boolean;
  may: boolean;
}

/** What came of a request: `again` when it is to be asked once more later, after so many milliseconds if the server said so. */
export type Answer<T> = { kind: "ok"; value: T } | { kind: "again"; after: number } | { kind: "no"; fault: string };

/** Addresses of stickers and emoji; a picture from anywhere else is not shown. */
const picture = /^\/(sticker|emoji)\/[A-Za-z0-9_-]{1,64}\.(svg|png)$/;

/** The longest emoji: a flag that is written as letters. */
const longest = 14;

/** Reads what the server says of a message; null for anything else. */
export function saidFrom(value: unknown, language: string): Said | null {
  if (typeof value !== "object" || value === null) return null;
  const v = value as Record<string, unknown>;
  const [n, rev, at] = [numberIn(v["n"]), numberIn(v["rev"]), numberIn(v["at"])];
  const texts = ["id", "from", "by", "to", "toName", "text"].map((name) => v[name]);
  if (n <= 0 || rev < n || !texts.every((text) => typeof text === "string")) return null;
  const [id, from, by, to, toName, text] = texts as [string, string, string, string, string, string];
  const sticker = v["sticker"] ? drawnFrom(v["sticker"], language) : null;
  const reactions = Array.isArray(v["reactions"]) ? v["reactions"].map((r) => reactionFrom(r, language)).filter((r) => r !== null) : [];
  const message: Message = {
    n, rev, id, from, by, to, toName, text, closed: false, sticker, reply: numberIn(v["reply"]), at,
    edited: numberIn(v["edited"]), deleted: v["deleted"] === true, reactions,
  };
  return { message, sealed: v["sealed"] === true, prev: numberIn(v["prev"]) };
}

const numberIn = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) ? value : 0);

function drawnFrom(value: unknown, language: string): Drawn | null {
  if (typeof value !== "object" || value === null) return null;
  const { src, symbol, alt } = value as Record<string, unknown>;
  const shown = typeof src === "string" && picture.test(src) ? src : "";
  const sign = typeof symbol === "string" && symbol.length <= longest ? symbol : "";
  const words = typeof alt === "object" && alt !== null ? (alt as Record<string, unknown>) : {};
  const what = words[language] ?? words["en"] ?? Object.values(words)[0];
  return (shown === "") === (sign === "") || typeof what !== "string" ? null : { src: shown, symbol: sign, alt: what };
}

function reactionFrom(value: unknown, language: string): Reaction | null {
  const drawn = drawnFrom(value, language);
  const { kind, name, by } = (value ?? {}) as Record<string, unknown>;
  if (!drawn || typeof kind !== "string" || typeof name !== "string" || !Array.isArray(by)) return null;
  return { ...drawn, kind, name, by: by.filter((who) => typeof who === "string") };
}

/** What was written or changed after a number. */
export async function readChat({ urls }: MeetingSession, after: number, language: string): Promise<Answer<Page>> {
  return ask(`${urls.chat}?after=${after}`, { headers: { Accept: "application/json" } }, (value) => {
    const { messages, upto, more, may } = value as { messages: unknown[]; upto: number; more: boolean; may: boolean };
    return { said: messages.map((m) => saidFrom(m, language)).filter((m) => m !== null), upto, more, may };
  });
}

/** Posts a message, or a change of one: `path` begins with a slash, or is empty for a new one. */
export async function postChat({ urls, csrf }: MeetingSession, path: string, fields: Record<string, string>, language: string): Promise<Answer<Said>> {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
  return ask(urls.chat + path, { method: "POST", headers, body: new URLSearchParams(fields) }, (value) => saidFrom(value, language));
}

async function ask<T>(url: string, how: RequestInit, read: (value: unknown) => T | null): Promise<Answer<T>> {
  try {
    const response = await fetch(url, { ...how, signal: AbortSignal.timeout(20_000) });
    if (response.ok) {
      const value = read(await response.json());
      return value === null ? { kind: "again", after: 0 } : { kind: "ok", value };
    }
    if (response.status === 429) return { kind: "again", after: 1000 * Math.max(1, Number(response.headers.get("Retry-After")) || 1) };
    if (response.status >= 500) return { kind: "again", after: 0 };
    const said = (await response.json().catch(() => ({}))) as { key?: unknown; detail?: unknown };
    // Not in the room at this moment: the line is down, or coming back.
    if (said.key === "error.chat.outside") return { kind: "again", after: 0 };
    return { kind: "no", fault: typeof said.detail === "string" ? said.detail : "" };
  } catch {
    return { kind: "again", after: 0 };
  }
}

// What people send with React: what the server tells of it, and what one can send. Believed from the server only.
import { request } from "../request.ts";
import type { MeetingSession } from "../types.ts";

/** Something that somebody in the meeting sent, ready to be shown. */
export interface Sticker {
  /** Who sent it. */
  from: string;
  /** The name that they came in with, for when they are not on the roster. */
  by: string;
  /** A picture of our own origin, or empty. */
  src: string;
  /** A symbol in place of a picture. */
  symbol: string;
  /** What it shows. */
  alt: string;
}

/** One thing that can be picked. A symbol is any of Unicode's emoji; React has none of these. */
export interface Item {
  kind: "reaction" | "emoji" | "sticker" | "symbol";
  pack?: string;
  name: string;
  src?: string;
  symbol?: string;
  alt: string;
}

export interface Pack {
  id: string;
  name: string;
  /** May be sent. */
  mine: boolean;
  price: string;
  stickers: Item[];
}

/** What one can send. */
export interface Panel {
  reactions: Item[];
  emoji: Item[];
  packs: Pack[];
  /** Where packs are bought. */
  shop: string;
}

/** Addresses of stickers and emoji; a picture from anywhere else is not shown. */
const picture = /^\/(sticker|emoji)\/[A-Za-z0-9_-]{1,64}\.(svg|png)$/;

/** Reads a packet; null for anything that is not a sticker. */
export function stickerFrom(text: string, language: string): Sticker | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { from, by, src, symbol, alt } = value as Record<string, unknown>;
  const shown = typeof src === "string" && picture.test(src) ? src : "";
  const sign = typeof symbol === "string" && symbol.length <= 8 ? symbol : "";
  const what = wordsIn(alt, language);
  if (typeof from !== "string" || typeof by !== "string" || (shown === "") === (sign === "") || what === "") return null;
  return { from, by, src: shown, symbol: sign, alt: what };
}

function wordsIn(alt: unknown, language: string): string {
  if (typeof alt !== "object" || alt === null) return "";
  const all = alt as Record<string, unknown>;
  const word = all[language] ?? all["en"] ?? Object.values(all)[0];
  return typeof word === "string" ? word : "";
}

/** What one can send here, as it is now; null when it cannot be had. */
export async function readPanel({ urls }: MeetingSession): Promise<Panel | null> {
  try {
    const response = await request(urls.stickers, { headers: { Accept: "application/json" } });
    return response.ok ? ((await response.json()) as Panel) : null;
  } catch {
    return null;
  }
}

/** Sends one. Answers what was wrong, in words for the reader: null for nothing, empty when nobody can say. */
export async function sendSticker({ urls, csrf }: MeetingSession, item: Item): Promise<string | null> {
  const body = new URLSearchParams({ kind: item.kind, pack: item.pack ?? "", name: item.name });
  try {
    const response = await request(urls.stickers, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": csrf }, body });
    if (response.ok) return null;
    const said = (await response.json()) as { detail?: unknown };
    return typeof said.detail === "string" ? said.detail : "";
  } catch {
    return "";
  }
}

// How chat travels: what the server says of a message, and asking it. Small requests to the page's own origin.
import type { Attached, Drawn, Message, Reaction } from "../state/chat.ts";
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
  /** What was written to everyone before is kept from this person; 0 when nothing is. */
  since: number;
}

/**
 * What came of a request: `again` when it is to be asked once more later, after so many milliseconds and for what reason, if the server said so.
 * With `final` a person who tries again is answered the same.
 */
export type Answer<T> = { kind: "ok"; value: T } | { kind: "again"; after: number; fault?: string } | { kind: "no"; fault: string; final: boolean };

/** Addresses of stickers and emoji; a picture from anywhere else is not shown. */
const picture = /^\/(sticker|emoji)\/[A-Za-z0-9_-]{1,64}\.(svg|png)$/;

/** The longest emoji: a flag that is written as letters. */
const longest = 14;

/** What is wrong with the thing itself, whoever sends it when. */
const finals = new Set(["empty", "long", "file_empty", "file_large", "file_program"].map((key) => `error.chat.${key}`));

const fileId = /^[A-Za-z0-9_-]{1,64}$/;

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
    n, rev, id, from, by, to, toName, text, closed: false, sticker, file: attachedFrom(v["file"]), reply: numberIn(v["reply"]), at,
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

function attachedFrom(value: unknown): Attached | null {
  if (typeof value !== "object" || value === null) return null;
  const v = value as Record<string, unknown>;
  const { id, name } = v;
  if (typeof id !== "string" || !fileId.test(id) || typeof name !== "string") return null;
  return { id, name, size: numberIn(v["size"]), width: numberIn(v["width"]), height: numberIn(v["height"]) };
}

/** Where a file of this meeting is taken from, and the small picture of it. */
export const fileAddress = ({ urls }: MeetingSession, id: string): string => `${urls.chat}/files/${id}`;
export const previewAddress = (meeting: MeetingSession, id: string): string => `${fileAddress(meeting, id)}/preview`;

function reactionFrom(value: unknown, language: string): Reaction | null {
  const drawn = drawnFrom(value, language);
  const { kind, name, by } = (value ?? {}) as Record<string, unknown>;
  if (!drawn || typeof kind !== "string" || typeof name !== "string" || !Array.isArray(by)) return null;
  return { ...drawn, kind, name, by: by.filter((who) => typeof who === "string") };
}

/** What was written or changed after a number. */
export async function readChat({ urls }: MeetingSession, after: number, language: string): Promise<Answer<Page>> {
  return ask(`${urls.chat}?after=${after}`, { headers: { Accept: "application/json" } }, (value) => {
    const { messages, upto, more, since } = value as { messages: unknown[]; upto: number; more: boolean; since: unknown };
    return { said: messages.map((m) => saidFrom(m, language)).filter((m) => m !== null), upto, more, since: numberIn(since) };
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
    return answered(response.status, response.headers.get("Retry-After"), await response.json().catch(() => null), read);
  } catch {
    return { kind: "again", after: 0 };
  }
}

function answered<T>(status: number, wait: string | null, body: unknown, read: (value: unknown) => T | null): Answer<T> {
  if (status >= 200 && status < 300) {
    const value = body === null ? null : read(body);
    return value === null ? { kind: "again", after: 0 } : { kind: "ok", value };
  }
  const { key, detail } = (body ?? {}) as { key?: unknown; detail?: unknown };
  const fault = typeof detail === "string" ? detail : "";
  if (status === 429) return { kind: "again", after: 1000 * Math.max(1, Number(wait) || 1), fault };
  // Status 0: no answer came. Not in the room at this moment: the line is down, or coming back.
  if (status === 0 || status >= 500 || key === "error.chat.outside") return { kind: "again", after: 0 };
  return { kind: "no", fault, final: typeof key === "string" && finals.has(key) };
}

/** So long nothing may move while a file is on its way, in milliseconds. */
const stalled = 30_000;

/** Posts a message with a file, and tells how much of it is sent, in per cent. */
export function postFile({ urls, csrf }: MeetingSession, fields: Record<string, string>, file: Blob, language: string, sent: (percent: number) => void, stop: AbortSignal): Promise<Answer<Said>> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, "file"); // its name is a field of its own
  return new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much is sent
    const abort = () => request.abort();
    let timer = setTimeout(abort, stalled);
    request.open("POST", `${urls.chat}/files`);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.addEventListener("progress", (event) => {
      clearTimeout(timer);
      timer = setTimeout(abort, stalled);
      if (event.lengthComputable) sent(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", abort);
      done(answered(request.status, request.getResponseHeader("Retry-After"), parsed(request.responseText), (value) => saidFrom(value, language)));
    });
    stop.addEventListener("abort", abort);
    if (stop.aborted) abort();
    request.send(form);
  });
}

/** Takes the bytes of a file; null when they do not come. */
export async function readFile(meeting: MeetingSession, id: string): Promise<ArrayBuffer | null> {
  try {
    const response = await fetch(fileAddress(meeting, id));
    return response.ok ? await response.arrayBuffer() : null;
  } catch {
    return null;
  }
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

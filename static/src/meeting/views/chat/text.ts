// What is in a text that somebody wrote. It stays text: links and the organization's own emoji are found in it, and nothing else.
import { h } from "../../dom.ts";

export type Part = { kind: "text"; text: string } | { kind: "link"; text: string; href: string } | { kind: "emoji"; text: string; src: string };

/** A link, up to where a blank or a bracket of markup ends it; or the name of an emoji. */
const found = /https?:\/\/[^\s<>"]+|:[a-z0-9][a-z0-9_-]{1,31}:/giu;

/** Splits a text. Emoji are addresses by their :name:. */
export function partsOf(text: string, emoji: ReadonlyMap<string, string>): Part[] {
  const parts: Part[] = [];
  let done = 0;
  const plain = (to: number) => {
    if (to > done) parts.push({ kind: "text", text: text.slice(done, to) });
  };
  for (const match of text.matchAll(found)) {
    const at = match.index;
    const part = partOf(match[0], emoji);
    if (!part || at < done) continue;
    plain(at);
    parts.push(part);
    done = at + part.text.length;
  }
  plain(text.length);
  return parts;
}

function partOf(text: string, emoji: ReadonlyMap<string, string>): Part | null {
  if (text.startsWith(":")) {
    const src = emoji.get(text.toLowerCase());
    return src === undefined ? null : { kind: "emoji", text, src };
  }
  const shown = trimmed(text);
  try {
    const url = new URL(shown);
    const web = url.protocol === "http:" || url.protocol === "https:";
    // A name before an @ makes one address look like another.
    return web && url.username === "" && url.password === "" ? { kind: "link", text: shown, href: url.href } : null;
  } catch {
    return null;
  }
}

/** Punctuation at the end belongs to the sentence; so does a bracket that was opened before the link. */
function trimmed(text: string): string {
  const opened = count(text, "(");
  let closed = count(text, ")");
  let end = text.length;
  for (; end > 0; end--) {
    const last = text[end - 1] ?? "";
    if (last === ")" && opened >= closed) break;
    if (!/[.,;:!?'"»“”)\]}]/u.test(last)) break;
    if (last === ")") closed--;
  }
  return text.slice(0, end);
}

const count = (text: string, sign: string): number => text.split(sign).length - 1;

/** Draws a text. Nothing is fetched but emoji of our own origin. */
export function drawText(text: string, emoji: ReadonlyMap<string, string>): Node[] {
  return partsOf(text, emoji).map((part) => {
    if (part.kind === "text") return document.createTextNode(part.text);
    if (part.kind === "emoji") return h("img", { class: "m-chat-emoji", attrs: { src: part.src, alt: part.text, title: part.text } });
    return h("a", { text: part.text, attrs: { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" } });
  });
}

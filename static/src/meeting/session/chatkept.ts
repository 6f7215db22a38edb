// What one has written and not yet sent survives a reload of the page, in this tab alone. Of an encrypted meeting nothing is kept: the text would lie on the disk in the clear.
import type { Pending } from "../state/chat.ts";
import type { Store } from "../state.ts";

/** A reload takes moments: what is older was meant for another meeting. */
const lives = 30 * 60_000;

/** Where it is kept; sessionStorage, except in tests. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * Brings back what waited when the page was left, and keeps what waits from now on. Ids stay the same, so that what did arrive is not
 * written twice. Files are not kept: a page cannot have them again.
 */
export function keepPending(store: Store, name: string, encrypted: boolean, shelf: () => Shelf, now: number): void {
  const key = `parley.pending.${name}`;
  if (encrypted) return void quietly(() => shelf().removeItem(key));
  for (const pending of kept(quietly(() => shelf().getItem(key)), now)) store.dispatch({ type: "chatPending", pending });
  store.subscribe(({ chat, connection }, before) => {
    if (chat.pending === before.chat.pending && connection === before.connection) return;
    const waiting = connection === "leaving" ? [] : chat.pending.filter((p) => p.file === null);
    quietly(() => (waiting.length === 0 ? shelf().removeItem(key) : shelf().setItem(key, JSON.stringify(waiting))));
  });
}

function kept(text: string | null | undefined, now: number): Pending[] {
  const all = quietly(() => JSON.parse(text ?? "[]") as unknown);
  if (!Array.isArray(all)) return [];
  return all.filter(isPending).filter((p) => now - p.at < lives).map((p) => (p.status === "failed" ? p : { ...p, status: "waiting" }));
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== "object" || value === null) return false;
  const p = value as Record<string, unknown>;
  const texts = ["id", "to", "toName", "text", "status", "fault"].every((name) => typeof p[name] === "string");
  return texts && p["file"] === null && typeof p["reply"] === "number" && typeof p["at"] === "number";
}

/** Storage may be forbidden or full; then nothing is kept. */
function quietly<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}

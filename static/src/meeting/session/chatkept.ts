// What one has written and not yet sent survives a reload of the page, in this tab alone. Of an encrypted meeting nothing is kept: the text would lie on the disk in the clear.
import { type Pending, moves } from "../state/chat.ts";
import { type Drafts, draftFor, drafted, spent } from "../state/drafts.ts";
import type { Store } from "../state.ts";

/** A reload takes moments: what is older was meant for another meeting. */
const lives = 30 * 60_000;

/** Where it is kept; sessionStorage, except in tests. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Whose it is, and where it lies. */
export interface Keep {
  /** The person's identity: of this meeting, and of no other. */
  name: string;
  encrypted: boolean;
  shelf: () => Shelf;
  now: () => number;
}

/**
 * Brings back what waited when the page was left, and keeps what waits from now on. Ids stay the same, so that what did arrive is not
 * written twice. A page cannot have a file again: what was not sent of those is said, and can be chosen again.
 */
export function keepPending(store: Store, { name, encrypted, shelf, now }: Keep): void {
  const key = `parley.pending.${name}`;
  if (encrypted) return void quietly(() => shelf().removeItem(key));
  for (const pending of kept(quietly(() => shelf().getItem(key)), now())) store.dispatch({ type: "chatPending", pending });
  store.subscribe(({ chat, connection }, before) => {
    if (chat.pending === before.chat.pending && connection === before.connection) return;
    const waiting = connection === "leaving" ? [] : chat.pending;
    quietly(() => (waiting.length === 0 ? shelf().removeItem(key) : shelf().setItem(key, JSON.stringify(waiting))));
  });
}

function kept(text: string | null | undefined, now: number): Pending[] {
  const all = quietly(() => JSON.parse(text ?? "[]") as unknown);
  if (!Array.isArray(all)) return [];
  return all.filter(isPending).filter((p) => now - p.at < lives).map((p) => ({ ...p, status: statusOf(p) }));
}

function statusOf(p: Pending): Pending["status"] {
  if (p.status === "refused") return "refused";
  if (p.file) return "lost";
  return moves(p) ? "waiting" : "failed";
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== "object" || value === null) return false;
  const p = value as Record<string, unknown>;
  const texts = ["id", "to", "toName", "text", "status", "fault"].every((name) => typeof p[name] === "string");
  return texts && isFile(p["file"]) && typeof p["reply"] === "number" && typeof p["at"] === "number";
}

function isFile(value: unknown): boolean {
  if (typeof value !== "object") return false;
  const { name, size } = (value ?? { name: "", size: 0 }) as Record<string, unknown>;
  return typeof name === "string" && typeof size === "number";
}

/** The texts that one has begun, and to whom one was writing. */
export class DraftShelf {
  #drafts: Drafts = {};
  readonly #store: Store;
  readonly #keep: Keep;

  /** Brings back what stood there when the page was left; it goes when one leaves. */
  constructor(store: Store, keep: Keep) {
    this.#store = store;
    this.#keep = keep;
    if (keep.encrypted) quietly(() => keep.shelf().removeItem(this.#key));
    else this.#recall();
    store.subscribe(({ chat, connection }, before) => {
      if (connection === "leaving" && before.connection !== "leaving") this.#drafts = {};
      else if (chat.to === before.chat.to) return;
      this.#put();
    });
  }

  text(to: string): string {
    return draftFor(this.#drafts, to);
  }

  type(to: string, text: string): void {
    this.#drafts = drafted(this.#drafts, to, text);
    this.#put();
  }

  sent(to: string): void {
    this.#drafts = spent(this.#drafts, to);
    this.#put();
  }

  get #key(): string {
    return `parley.draft.${this.#keep.name}`;
  }

  #put(): void {
    const { encrypted, shelf, now } = this.#keep;
    if (encrypted) return;
    const none = Object.keys(this.#drafts).length === 0;
    const said = () => JSON.stringify({ at: now(), to: this.#store.state.chat.to, drafts: this.#drafts });
    quietly(() => (none ? shelf().removeItem(this.#key) : shelf().setItem(this.#key, said())));
  }

  #recall(): void {
    const text = quietly(() => this.#keep.shelf().getItem(this.#key));
    const { at, to, drafts } = (quietly(() => JSON.parse(text ?? "") as unknown) ?? {}) as Record<string, unknown>;
    if (typeof at !== "number" || this.#keep.now() - at >= lives || typeof to !== "string" || typeof drafts !== "object" || drafts === null) return;
    this.#drafts = Object.fromEntries(Object.entries(drafts).filter(([, what]) => typeof what === "string"));
    this.#store.dispatch({ type: "chatTo", to });
  }
}

/** Storage may be forbidden or full; then nothing is kept. */
function quietly<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}

// Who waits before the meeting, as members inside and those who lead see it: a small request when the node says that something changed.
import { isBusy, request } from "../request.ts";
import type { Store, Waiter } from "../state.ts";
import { leads } from "../state/host.ts";
import type { MeetingSession } from "../types.ts";
import { sendLine } from "./line.ts";

/** Who waits and closes the page leaves the list without a word from the node, so it is read again while somebody is on it. So is one that could not be read. */
const readAgain = 10_000;

export class Waiters {
  readonly #meeting: MeetingSession;
  readonly #store: Store;
  #timer = 0;
  #asked = 0;

  constructor(meeting: MeetingSession, store: Store) {
    this.#meeting = meeting;
    this.#store = store;
  }

  /** Reads the list, if one may see it. Of answers that overtake each other the newest question counts. */
  async read(): Promise<void> {
    const { urls, host, identity } = this.#meeting;
    if (!host && !leads(this.#store.state.host, identity)) return this.#forget();
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const found = await this.#ask(urls.waiters);
    if (asked !== this.#asked) return;
    if (typeof found === "object") this.#store.dispatch({ type: "waiters", waiters: found });
    if (found === "busy" || this.#store.state.waiters.length > 0) this.#timer = window.setTimeout(() => void this.read(), readAgain);
  }

  /** Lets people in, or refuses them. Answers whether the server agreed. */
  async answer(identities: readonly string[], admit: boolean): Promise<boolean> {
    const { urls, csrf } = this.#meeting;
    const body = new URLSearchParams({ admit: admit ? "yes" : "no" });
    for (const identity of identities) body.append("id", identity);
    try {
      const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
      const response = await request(urls.waiters, { method: "POST", headers, body });
      return response.ok;
    } catch {
      return false;
    } finally {
      void this.read();
    }
  }

  /** Writes to people who wait, each of whom reads it alone. Answers what was wrong, in words: null for nothing, empty when nobody can say. */
  async say(identities: readonly string[], text: string): Promise<string | null> {
    const { urls, csrf } = this.#meeting;
    const body = new URLSearchParams({ text });
    for (const identity of identities) body.append("id", identity);
    const wrong = await sendLine(`${urls.waiters}/say`, csrf, body);
    void this.read();
    return typeof wrong === "string" ? wrong : null;
  }

  /** Who may not see the list any more has none. */
  #forget(): void {
    this.stop();
    if (this.#store.state.waiters.length > 0) this.#store.dispatch({ type: "waiters", waiters: [] });
  }

  stop(): void {
    this.#asked++;
    clearTimeout(this.#timer);
  }

  /** The list, or why there is none: the server could not be asked now, or it refuses. */
  async #ask(url: string): Promise<Waiter[] | "busy" | "refused"> {
    try {
      const response = await request(url, { headers: { Accept: "application/json" } });
      if (response.ok) return ((await response.json()) as { waiting: Waiter[] }).waiting;
      return isBusy(response) ? "busy" : "refused";
    } catch {
      return "busy";
    }
  }
}

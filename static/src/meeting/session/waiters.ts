// Who waits before the meeting, as members inside and those who lead see it: a small request when the node says that something changed.
import { isBusy, request } from "../request.ts";
import type { Store, Waiter } from "../state.ts";
import { leads } from "../state/host.ts";
import type { MeetingSession } from "../types.ts";
import { sendLine } from "./line.ts";

/**
 * Who waits and closes the page leaves the list without a word from the node, so it is read again while somebody is on it; less often by who
 * does not lead, for they may be many. So is one that could not be read.
 */
const readAgain = 10_000;
const readAgainBeside = 30_000;

/** How long one of those who are told at once waits, so that many of them do not all ask in the same moment. */
export function spread(people: number, leading: boolean, chance: number): number {
  return leading || people <= 10 ? 0 : Math.round(chance * Math.min(5_000, people * 50));
}

/** What the list is read by; handed in, for tests. */
export interface Wire {
  /** The list, or why there is none: the server could not be asked now, or it refuses. */
  read(url: string): Promise<Waiter[] | "busy" | "refused">;
  later(ms: number, then: () => void): number;
  cancel(timer: number): void;
  chance(): number;
}

export class Waiters {
  readonly #meeting: MeetingSession;
  readonly #store: Store;
  readonly #wire: Wire;
  #timer = 0;
  /** Set while a look is coming that whoever tells of the door need not ask for. */
  #soon = false;
  #reading = false;
  /** Whether to look once more after the answer that is on its way. */
  #again: "" | "soon" | "now" = "";
  /** Grows when what is on its way counts no more. */
  #turn = 0;

  constructor(meeting: MeetingSession, store: Store, wire: Wire = overHTTP) {
    this.#meeting = meeting;
    this.#store = store;
    this.#wire = wire;
  }

  /** Something has changed at the door: one look for all that is told until then. */
  told(): void {
    if (!this.#may()) return this.#forget();
    if (this.#soon) return;
    if (this.#reading) {
      this.#again ||= "soon";
      return;
    }
    this.#soon = true;
    const { people } = this.#store.state;
    this.#next(spread(people.length, this.#leads(), this.#wire.chance()));
  }

  /** Reads the list, if one may see it: once more where somebody asks while an answer is on its way, which may be from before. */
  async read(): Promise<void> {
    if (!this.#may()) return this.#forget();
    if (this.#reading) {
      this.#again = "now";
      return;
    }
    const turn = this.#begin();
    const found = await this.#wire.read(this.#meeting.urls.waiters);
    if (turn !== this.#turn) return;
    this.#reading = false;
    if (typeof found === "object") this.#store.dispatch({ type: "waiters", waiters: found });
    if (this.#again === "now") return this.read();
    if (this.#again === "soon") return this.told();
    if (found === "busy") return this.#next(readAgain);
    if (this.#store.state.waiters.length > 0) this.#next(this.#leads() ? readAgain : readAgainBeside);
  }

  #begin(): number {
    this.#wire.cancel(this.#timer);
    this.#reading = true;
    this.#soon = false;
    this.#again = "";
    return this.#turn;
  }

  #next(ms: number): void {
    this.#wire.cancel(this.#timer);
    this.#timer = this.#wire.later(ms, () => void this.read());
  }

  #leads(): boolean {
    return leads(this.#store.state.host, this.#meeting.identity);
  }

  #may(): boolean {
    return this.#meeting.host || this.#leads();
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

  /** Writes to people who wait, or to all of them; each reads it alone. Answers what was wrong, in words: null for nothing, empty when nobody can say. */
  async say(to: readonly string[] | "all", text: string): Promise<string | null> {
    const { urls, csrf } = this.#meeting;
    const body = new URLSearchParams({ text });
    if (to === "all") body.set("all", "yes");
    else for (const identity of to) body.append("id", identity);
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
    this.#turn++;
    this.#reading = this.#soon = false;
    this.#again = "";
    this.#wire.cancel(this.#timer);
  }
}

const overHTTP: Wire = {
  read: async (url) => {
    try {
      const response = await request(url, { headers: { Accept: "application/json" } });
      if (response.ok) return ((await response.json()) as { waiting: Waiter[] }).waiting;
      return isBusy(response) ? "busy" : "refused";
    } catch {
      return "busy";
    }
  },
  later: (ms, then) => window.setTimeout(then, ms),
  cancel: (timer) => clearTimeout(timer),
  chance: Math.random,
};

// Leading the meeting: small requests to the page's own origin, and what the server says to everybody. Believed from the server only.
import { isBusy, request } from "../request.ts";
import type { Store } from "../state.ts";
import { hostingFrom } from "../state/host.ts";
import type { MeetingSession } from "../types.ts";

/** What can be done, by the last part of the address. */
export type Press =
  | "lower" | "lock" | "rules" | "spotlight" | "cohost" | "handover" | "rename"
  | "mute" | "camera" | "screen" | "ask" | "remove" | "ban";

/** Somebody whom the room keeps out. */
export interface Ban {
  id: string;
  /** Empty for somebody who has been deleted since. */
  name: string;
  since: string;
}

const readAgain = 10_000;

export class HostLine {
  readonly #meeting: MeetingSession;
  readonly #store: Store;
  #timer = 0;
  #stopped = false;

  constructor(meeting: MeetingSession, store: Store) {
    this.#meeting = meeting;
    this.#store = store;
  }

  /** Asks who leads, and again after a while where there is no answer. The packets tell every change after that. */
  async read(): Promise<void> {
    clearTimeout(this.#timer);
    if ((await this.#ask()) || this.#stopped) return;
    clearTimeout(this.#timer); // another question got none either
    this.#timer = window.setTimeout(() => void this.read(), readAgain);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Takes a packet of the server's. */
  told(text: string): void {
    const said = this.#heard(parsed(text));
    if (typeof said === "number" && said > this.#store.state.host.rev) void this.read();
  }

  /** Takes a question to this person. */
  asked(text: string): void {
    const value = parsed(text);
    const by = typeof value === "object" && value !== null ? (value as { by?: unknown }).by : undefined;
    if (typeof by === "string") this.#store.dispatch({ type: "host", act: { do: "asked", by } });
  }

  /** Raises one's hand, or lowers it. Answers what was wrong, in words for the reader: null for nothing, empty when nobody can say. */
  hand(up: boolean): Promise<string | null> {
    return this.#send("/hand", { on: up ? "yes" : "no" });
  }

  /** Does something in the meeting. Answers like `hand`. */
  press(what: Press, fields: Record<string, string> = {}): Promise<string | null> {
    return this.#send(`/host/${what}`, fields);
  }

  /** Whom the room keeps out; null when it cannot be had. */
  async bans(): Promise<Ban[] | null> {
    try {
      const response = await request(this.#url("/host/bans"), { headers: { Accept: "application/json" } });
      return response.ok ? ((await response.json()) as { bans: Ban[] }).bans : null;
    } catch {
      return null;
    }
  }

  /** Lets somebody come again. Answers like `hand`. */
  unban(id: string): Promise<string | null> {
    return this.#send("/host/unban", { ban: id });
  }

  /** Reads who leads; false when the server could not be asked now. */
  async #ask(): Promise<boolean> {
    try {
      const response = await request(this.#url("/host"), { headers: { Accept: "application/json" } });
      if (response.ok) this.#heard(await response.json());
      return !isBusy(response);
    } catch {
      return false;
    }
  }

  #url(path: string): string {
    return this.#meeting.urls.lobby + path;
  }

  async #send(path: string, fields: Record<string, string>): Promise<string | null> {
    const headers = { Accept: "application/json", "X-CSRF-Token": this.#meeting.csrf };
    try {
      const response = await request(this.#url(path), { method: "POST", headers, body: new URLSearchParams(fields) });
      if (response.status === 204) return null;
      const answer: unknown = await response.json();
      if (response.ok) {
        this.#heard(answer);
        return null;
      }
      const { detail } = answer as { detail?: unknown };
      return typeof detail === "string" ? detail : "";
    } catch {
      return "";
    }
  }

  #heard(value: unknown): number | null {
    const said = hostingFrom(value);
    if (said === null || typeof said === "number") return said;
    this.#store.dispatch({ type: "host", act: { do: "said", hosting: said } });
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

// How the people in an encrypted meeting come to one key that the server never has. docs/adr/0020 says why it is this way.
//
// Whoever has been here longest makes the keys: a first one, and another when somebody has come or gone. Who comes asks
// for it with a public key, and is given it sealed for that public key. Who gets no answer asks others too.
import { type Pair, check, codeOf, makeKey, makePair, open, seal } from "./seal.ts";

/** How the exchange talks to the others. */
export interface Bus {
  /** Identities of everybody who takes part, oneself too, longest here first; empty while the line is down. */
  roster(): readonly string[];
  send(to: readonly string[], message: string): void;
}

export interface Outcome {
  /** A key to decrypt with; with `current`, to encrypt with too. */
  onKey(key: Uint8Array<ArrayBuffer>, epoch: number, current: boolean): void;
  /** `stuck` after some time without an answer. The code is empty until the maker of the keys has answered. */
  onStatus(status: "waiting" | "stuck" | "on", code: string): void;
}

/** Milliseconds; handed in, so that tests need no patience. */
export interface Pace {
  /** Between two tries to get an answer, while there is no key. */
  ask: number;
  /** The same with a key, from whomever, when only its maker's word is missing. */
  confirm: number;
  /** From the first coming or going to the next key, which serves all that happen meanwhile. */
  renew: number;
  /** From having a key to using it: by then the others have it. */
  settle: number;
}

export const pace: Pace = { ask: 3000, confirm: 10_000, renew: 2000, settle: 1500 };

/** How many tries without an answer until the page says so. */
const stuckAfter = 4;
/** The most people to ask at once. */
const mostAsked = 5;

interface Held {
  bytes: Uint8Array<ArrayBuffer>;
  epoch: number;
}

type Message = { t: "ask"; key: string } | { t: "key"; by: string; epoch: number; box: string };

export class Exchange {
  readonly #self: string;
  readonly #out: Outcome;
  readonly #pace: Pace;
  readonly #pair: Promise<Pair> = makePair();
  readonly #keys = new Map<string, string>(); // public keys of those who asked
  readonly #asked = new Set<string>();
  #bus: Bus | null = null;
  #held: Held | null = null;
  #code = "";
  #roster: readonly string[] = [];
  #tries = 0;
  #retry = 0;
  #renewal = 0;
  #settling = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(self: string, out: Outcome, pace_: Pace = pace) {
    this.#self = self;
    this.#out = out;
    this.#pace = pace_;
  }

  /** Talks over another line from now on; the key stays. */
  attach(bus: Bus): void {
    this.stop();
    this.#bus = bus;
    this.#roster = [];
    if (this.#held) this.#out.onKey(this.#held.bytes, this.#held.epoch, true);
    this.peopleChanged();
  }

  stop(): void {
    this.#bus = null;
    for (const timer of [this.#retry, this.#renewal, this.#settling]) clearTimeout(timer);
    this.#retry = this.#renewal = this.#settling = 0;
  }

  /** Call whenever somebody may have come or gone. */
  peopleChanged(): void {
    const now = this.#bus?.roster() ?? [];
    const before = this.#roster;
    if (now.length === 0 || (now.length === before.length && now.every((who, i) => who === before[i]))) return;
    this.#roster = now;
    for (const gone of [...this.#keys.keys()].filter((who) => !now.includes(who))) this.#keys.delete(gone);
    if (now[0] === this.#self) this.#lead(before);
    else if (now[0] !== before[0]) this.#askAnew();
  }

  /** Frames could not be opened: the key in hand may be the wrong one. */
  troubled(): void {
    if (!this.#held || this.#roster[0] === this.#self || this.#retry !== 0) return;
    this.#tries = 0;
    this.#ask();
  }

  /** Takes a message. It is dealt with after those that came before. */
  received(from: string, text: string): void {
    const message = messageFrom(text);
    if (!message) return;
    this.#do(async () => {
      if (!this.#roster.includes(from)) return;
      if (message.t === "ask") await this.#asks(from, message.key);
      else await this.#given(from, message);
    });
  }

  /** One thing at a time. What fails, fails alone: a message that makes no sense is no news. */
  #do(what: () => Promise<void>): void {
    this.#queue = this.#queue.then(what).catch((error: unknown) => console.warn("handing over keys", error));
  }

  /** Longest here: makes the first key, and a new one when the circle of people has changed. */
  #lead(before: readonly string[]): void {
    clearTimeout(this.#retry);
    this.#retry = 0;
    if (!this.#held) this.#do(() => this.#renew());
    else if (before.length > 0 && this.#renewal === 0) {
      this.#renewal = this.#after(this.#pace.renew, () => {
        this.#renewal = 0;
        this.#do(() => this.#renew());
      });
    } else if (before.length === 0) this.#do(() => this.#tell());
  }

  async #renew(): Promise<void> {
    if (this.#roster[0] !== this.#self) return;
    const first = this.#held === null;
    this.#held = { bytes: makeKey(), epoch: (this.#held?.epoch ?? 0) + 1 };
    await Promise.all([...this.#keys].map(([who, key]) => this.#give(who, key)));
    this.#use(this.#held, first);
    await this.#tell();
  }

  async #tell(): Promise<void> {
    this.#code = await codeOf((await this.#pair).public);
    this.#out.onStatus("on", this.#code);
  }

  async #asks(from: string, key: string): Promise<void> {
    await check(key); // one that is none would keep the next key from everybody
    this.#keys.set(from, key);
    await this.#give(from, key);
  }

  async #give(to: string, theirs: string): Promise<void> {
    const { bytes, epoch } = this.#held ?? {};
    if (!bytes || !epoch) return;
    const mine = await this.#pair;
    const box = await seal(bytes, epoch, mine, theirs);
    this.#send([to], { t: "key", by: mine.public, epoch, box });
  }

  /** A key from its maker counts always; one from somebody else when it was asked for and is no older. */
  async #given(from: string, { by, epoch, box }: Extract<Message, { t: "key" }>): Promise<void> {
    const maker = from === this.#roster[0];
    if (!maker && (!this.#asked.has(from) || epoch <= (this.#held?.epoch ?? 0))) return;
    const bytes = await open(box, epoch, await this.#pair, by);
    const first = this.#held === null;
    this.#held = { bytes, epoch };
    this.#use(this.#held, first);
    if (maker) {
      clearTimeout(this.#retry);
      this.#retry = 0;
      this.#asked.clear();
      this.#code = await codeOf(by);
    }
    this.#out.onStatus("on", this.#code);
  }

  /** The first key is used at once; a later one when the others have had time to get it too. */
  #use(held: Held, first: boolean): void {
    this.#out.onKey(held.bytes, held.epoch, first);
    clearTimeout(this.#settling);
    this.#settling = first ? 0 : this.#after(this.#pace.settle, () => this.#out.onKey(held.bytes, held.epoch, true));
  }

  /** Another makes the keys now, and has to know whom to give them to. */
  #askAnew(): void {
    clearTimeout(this.#renewal);
    clearTimeout(this.#retry);
    this.#renewal = 0;
    this.#code = "";
    this.#tries = 0;
    this.#asked.clear();
    this.#out.onStatus(this.#held ? "on" : "waiting", "");
    this.#ask();
  }

  #ask(): void {
    const others = this.#roster.filter((who) => who !== this.#self).slice(0, Math.min(this.#tries + 1, mostAsked));
    this.#tries++;
    for (const who of others) this.#asked.add(who);
    this.#do(async () => this.#send(others, { t: "ask", key: (await this.#pair).public }));
    if (this.#tries > stuckAfter && !this.#held) this.#out.onStatus("stuck", "");
    this.#retry = this.#after(this.#held ? this.#pace.confirm : this.#pace.ask, () => this.#ask());
  }

  #send(to: readonly string[], message: Message): void {
    if (to.length > 0) this.#bus?.send(to, JSON.stringify(message));
  }

  #after(ms: number, then: () => void): number {
    return setTimeout(then, ms) as unknown as number;
  }
}

/** What others send is not trusted: only what has the right shape comes in. */
function messageFrom(text: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { t, key, by, epoch, box } = value as Record<string, unknown>;
  if (t === "ask" && typeof key === "string") return { t, key };
  const numbered = typeof epoch === "number" && Number.isInteger(epoch) && epoch > 0 && epoch < 2 ** 32;
  return t === "key" && typeof by === "string" && typeof box === "string" && numbered ? { t, by, epoch, box } : null;
}

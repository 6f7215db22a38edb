// Chat over a line that comes and goes: nothing is lost, nothing comes twice, and what one wrote leaves in the order it was written.
import type { ChatKeys } from "../encryption/chat.ts";
import { type Message, type Pending, moves } from "../state/chat.ts";
import type { Store } from "../state.ts";
import type { MeetingSession } from "../types.ts";
import { FileLine, type FileWire } from "./chatfiles.ts";
import { type Answer, type Said, parsed, postChat, postFile, readChat, readFile, saidFrom } from "./chatwire.ts";
import { Retry } from "./retry.ts";

/** How long a message that is missing may still be on its way before it is asked for. */
const gapTakes = 400;

export type Sticker = NonNullable<Pending["sticker"]>;

/** What chat needs of the meeting; handed in, so that tests need no browser. */
export interface Wire extends FileWire {
  read: typeof readChat;
  post: typeof postChat;
}

export const wire: Wire = {
  read: readChat,
  post: postChat,
  upload: postFile,
  file: readFile,
  later: (ms, then) => void setTimeout(then, ms),
  id: () => crypto.randomUUID(),
};

export class ChatLine {
  /** Files go on a way of their own: a large one holds no text up. */
  readonly files: FileLine;
  readonly #meeting: MeetingSession;
  readonly #store: Store;
  readonly #keys: ChatKeys | null;
  readonly #wire: Wire;
  readonly #language: string;
  /** Everything up to here is known. */
  #upto = 0;
  /** The newest rev by circle: "" for everyone, else the other's identity. */
  readonly #newest = new Map<string, number>();
  /** What came sealed and could not be opened yet. */
  readonly #closed = new Map<number, Said>();
  readonly #asking: Retry;
  readonly #writing: Retry;
  #reading = false;
  #readAgain = false;
  #first = true;
  #posting = false;
  #stopped = false;

  constructor(meeting: MeetingSession, store: Store, keys: ChatKeys | null, language: string, how: Wire = wire) {
    this.#meeting = meeting;
    this.#store = store;
    this.#keys = keys;
    this.#wire = how;
    this.#language = language;
    this.#asking = new Retry(() => void this.#read(), how.later);
    this.#writing = new Retry(() => void this.#send(), how.later);
    this.files = new FileLine(meeting, store, keys, language, how, (said) => this.#take([said]));
    if (keys) keys.onKey = () => void this.#reopen();
  }

  stop(): void {
    this.#stopped = true;
    this.files.stop();
  }

  /** The line is there, for the first time or again. */
  live(): void {
    this.#asking.now();
    this.#writing.now();
    this.files.live();
  }

  /** Takes a packet of the server. One that says nothing was too large, and is fetched. */
  async told(text: string): Promise<void> {
    const said = saidFrom(parsed(text), this.#language);
    if (!said) return this.#asking.ask();
    const missing = said.prev > Math.max(this.#upto, this.#newest.get(circleOf(said.message, this.#self)) ?? 0);
    await this.#take([said]);
    if (missing) this.#wire.later(gapTakes, () => this.#asking.ask());
  }

  /** Sends a text, or a sticker. */
  write(text: string, sticker: Sticker | null = null): void {
    const { chat, people } = this.#store.state;
    const toName = people.find((p) => p.identity === chat.to)?.name ?? "";
    const pending: Pending = { id: this.#wire.id(), to: chat.to, toName, text, sticker, file: null, reply: chat.reply, at: Date.now(), status: "sending", fault: "" };
    this.#store.dispatch({ type: "chatPending", pending });
    this.#store.dispatch({ type: "chatReply", n: 0 });
    this.#writing.ask();
  }

  retry(id: string): void {
    this.#store.dispatch({ type: "chatStatus", id, status: "sending" });
    this.#writing.ask();
    this.files.ask();
  }

  drop(id: string): void {
    this.files.drop(id);
    this.#store.dispatch({ type: "chatDropped", id });
  }

  /** Changes a message. Answers what was wrong: null for nothing, empty when nobody can say. */
  async edit(message: Message, text: string): Promise<string | null> {
    const sealed = this.#keys ? await this.#keys.seal(text, message) : null;
    return this.#change(message, "/edit", { text: sealed ?? text, sealed: sealed === null ? "no" : "yes" });
  }

  async remove(message: Message): Promise<string | null> {
    return this.#change(message, "/delete", {});
  }

  async react(message: Message, kind: string, name: string, on: boolean): Promise<string | null> {
    return this.#change(message, "/react", { kind, name, on: on ? "yes" : "no" });
  }

  async #change(message: Message, what: string, fields: Record<string, string>): Promise<string | null> {
    const answer = await this.#wire.post(this.#meeting, `/${message.n}${what}`, fields, this.#language);
    if (answer.kind === "ok") await this.#take([answer.value]);
    return answer.kind === "ok" ? null : answer.kind === "no" ? answer.fault : "";
  }

  get #self(): string {
    return this.#meeting.identity;
  }

  /** Asks for what is missing until nothing is. One question at a time. */
  async #read(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return;
    }
    this.#reading = true;
    let failed: Answer<never> | null = null;
    for (let more = true; more && !this.#stopped; ) {
      this.#readAgain = false;
      const answer = await this.#wire.read(this.#meeting, this.#upto, this.#language);
      if (answer.kind !== "ok") {
        failed = answer;
        break;
      }
      this.#asking.worked();
      const page = answer.value;
      await this.#take(page.said, this.#first);
      // What was kept from this person is not any more: it lies before what is known.
      const wider = page.since === 0 && this.#store.state.chat.since !== 0;
      this.#upto = wider ? 0 : Math.max(this.#upto, page.upto);
      this.#store.dispatch({ type: "chatSince", since: page.since });
      more = wider || page.more || this.#readAgain;
      if (!page.more) this.#first = false;
    }
    this.#reading = false;
    if (failed && !this.#stopped) this.#asking.failed(failed.kind === "again" ? failed.after : 0);
  }

  /** Sends what waits, one after the other. What fails for good stays for the reader to decide; the next one goes on. */
  async #send(): Promise<void> {
    if (this.#posting) return;
    this.#posting = true;
    let again: number | null = null; // milliseconds until it may be tried again
    for (let next = this.#next(); next && again === null && !this.#stopped; next = this.#next()) {
      const answer = await this.#post(next);
      if (answer.kind === "ok") {
        this.#writing.worked();
        await this.#take([answer.value]);
        this.#store.dispatch({ type: "chatDropped", id: next.id });
      } else if (answer.kind === "no") {
        this.#store.dispatch({ type: "chatStatus", id: next.id, status: answer.final ? "refused" : "failed", fault: answer.fault });
      } else {
        this.#store.dispatch({ type: "chatStatus", id: next.id, status: "waiting" });
        again = answer.after;
      }
    }
    this.#posting = false;
    if (again !== null && !this.#stopped) this.#writing.failed(again);
  }

  #next(): Pending | undefined {
    return this.#store.state.chat.pending.find((p) => moves(p) && p.file === null);
  }

  async #post(p: Pending): Promise<Answer<Said>> {
    const fields: Record<string, string> = { id: p.id, to: p.to, reply: String(p.reply) };
    if (p.sticker) Object.assign(fields, { pack: p.sticker.pack, sticker: p.sticker.name });
    else if (this.#keys) Object.assign(fields, { text: await this.#keys.seal(p.text, { from: this.#self, to: p.to, id: p.id }), sealed: "yes" });
    else fields["text"] = p.text;
    return this.#wire.post(this.#meeting, "", fields, this.#language);
  }

  async #take(all: readonly Said[], first = false): Promise<void> {
    const messages = await Promise.all(all.map((said) => this.#opened(said)));
    for (const { message } of all) {
      const circle = circleOf(message, this.#self);
      this.#newest.set(circle, Math.max(this.#newest.get(circle) ?? 0, message.rev));
    }
    this.#store.dispatch({ type: "chatMessages", messages, self: this.#self, first });
  }

  /** The message with its text, or marked as one that cannot be opened: so is one that should have been sealed and is not. */
  async #opened(said: Said): Promise<Message> {
    const { message, sealed } = said;
    if (!this.#keys || message.deleted || message.sticker) return sealed ? { ...message, text: "", file: null, closed: true } : message;
    const text = sealed ? await this.#keys.open(message.text, message) : null;
    const file = text === null ? null : await this.files.opened(message);
    if (text !== null && (file !== null || message.file === null)) {
      this.#closed.delete(message.n);
      return { ...message, text, file };
    }
    if ((this.#closed.get(message.n)?.message.rev ?? 0) <= message.rev) this.#closed.set(message.n, said);
    return { ...message, text: "", file: null, closed: true };
  }

  /** There is another key: perhaps it opens what was closed. */
  async #reopen(): Promise<void> {
    const messages = await Promise.all([...this.#closed.values()].map((said) => this.#opened(said)));
    if (messages.some((m) => !m.closed)) this.#store.dispatch({ type: "chatMessages", messages, self: this.#self });
    this.#writing.ask();
  }
}

/** Whom a message is between, as this person knows it. */
function circleOf(m: Message, self: string): string {
  if (m.to === "") return "";
  return m.from === self ? m.to : m.from;
}

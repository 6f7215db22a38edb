// Files on their way to a meeting's chat, one at a time: each arrives once or says why not, however often the line breaks.
import { type ChatKeys, sealSize } from "../encryption/chat.ts";
import { type Attached, type Message, type Pending, moves } from "../state/chat.ts";
import { fileName } from "../state/files.ts";
import type { Store } from "../state.ts";
import type { MeetingSession } from "../types.ts";
import type { Answer, Said, postFile, readFile } from "./chatwire.ts";
import { Retry } from "./retry.ts";

/** So often a file is begun that does not arrive. What finds no line at all does not count. */
const triesMost = 4;

/** What files need of the meeting; handed in, so that tests need no browser. */
export interface FileWire {
  upload: typeof postFile;
  file: typeof readFile;
  /** Calls back after some milliseconds. */
  later(ms: number, then: () => void): void;
  id(): string;
}

export class FileLine {
  readonly #meeting: MeetingSession;
  readonly #store: Store;
  readonly #keys: ChatKeys | null;
  readonly #language: string;
  readonly #wire: FileWire;
  readonly #take: (said: Said) => Promise<void>;
  /** What waits, by the ids of its messages. */
  readonly #files = new Map<string, { file: File; tries: number }>();
  #now: { id: string; stop: AbortController } | null = null;
  readonly #sending: Retry;
  #stopped = false;

  constructor(meeting: MeetingSession, store: Store, keys: ChatKeys | null, language: string, how: FileWire, take: (said: Said) => Promise<void>) {
    this.#meeting = meeting;
    this.#store = store;
    this.#keys = keys;
    this.#language = language;
    this.#wire = how;
    this.#take = take;
    this.#sending = new Retry(() => void this.#send(), how.later);
  }

  stop(): void {
    this.#stopped = true;
    this.#now?.stop.abort();
  }

  /** Sends a file, with words beside it or without. */
  attach(file: File, text: string): void {
    const { chat, people } = this.#store.state;
    const toName = people.find((p) => p.identity === chat.to)?.name ?? "";
    const id = this.#wire.id();
    this.#files.set(id, { file, tries: 0 });
    const pending: Pending = {
      id, to: chat.to, toName, text, sticker: null, file: { name: fileName(file.name), size: file.size }, reply: chat.reply, at: Date.now(), status: "sending", fault: "",
    };
    this.#store.dispatch({ type: "chatPending", pending });
    this.#store.dispatch({ type: "chatReply", n: 0 });
    this.ask();
  }

  /** Sends a file whose page was left before it had arrived: under its own id, so that one that did arrive is not there twice. */
  again(lost: Pending, file: File): void {
    this.#files.set(lost.id, { file, tries: 0 });
    this.#store.dispatch({ type: "chatPending", pending: { ...lost, file: { name: fileName(file.name), size: file.size }, status: "sending", fault: "" } });
    this.ask();
  }

  /** Whether a file is lost when the page is left now. */
  get busy(): boolean {
    return !this.#stopped && this.#store.state.chat.pending.some((p) => p.file !== null && moves(p));
  }

  /** Forgets a file; one that is on its way stops. */
  drop(id: string): void {
    this.#files.delete(id);
    if (this.#now?.id === id) this.#now.stop.abort();
  }

  /** The line is there, for the first time or again. */
  live(): void {
    this.#sending.now();
  }

  /** Something waits to be sent: at once, or with the try that is to come. */
  ask(): void {
    this.#sending.ask();
  }

  /** Sends what waits. What fails for good stays for the reader to decide; the next one goes on. */
  async #send(): Promise<void> {
    if (this.#now) return;
    let again: number | null = null; // milliseconds until it may be tried again
    for (let next = this.#next(); next && again === null && !this.#stopped; next = this.#next()) {
      this.#now = { id: next.id, stop: new AbortController() };
      const answer = await this.#post(next, this.#now.stop.signal);
      if (answer.kind === "ok") {
        this.#sending.worked();
        this.#files.delete(next.id);
        await this.#take(answer.value);
        this.#store.dispatch({ type: "chatDropped", id: next.id });
      } else if (answer.kind === "no") {
        this.#store.dispatch({ type: "chatStatus", id: next.id, status: answer.final ? "refused" : "failed", fault: answer.fault });
      } else if (this.#files.has(next.id)) {
        this.#store.dispatch({ type: "chatStatus", id: next.id, status: "waiting" });
        again = answer.after;
      }
      this.#now = null;
    }
    if (again !== null && !this.#stopped) this.#sending.failed(again);
  }

  #next(): Pending | undefined {
    return this.#store.state.chat.pending.find((p) => moves(p) && p.file !== null);
  }

  async #post(p: Pending, stop: AbortSignal): Promise<Answer<Said>> {
    const waiting = this.#files.get(p.id);
    if (!waiting) return { kind: "no", fault: "", final: false };
    let percent = -1;
    const sent = (now: number) => {
      if (now === percent) return;
      percent = now;
      this.#store.dispatch({ type: "chatProgress", id: p.id, percent });
    };
    sent(0);
    const body = await this.#packed(p, waiting.file).catch(() => null); // it was moved or changed meanwhile
    if (!body) return { kind: "no", fault: "", final: false };
    const answer = await this.#wire.upload(this.#meeting, body.fields, body.file, this.#language, sent, stop);
    if (answer.kind === "again" && percent > 0 && ++waiting.tries >= triesMost) {
      waiting.tries = 0;
      return { kind: "no", fault: answer.fault ?? "", final: false };
    }
    return answer;
  }

  /** What leaves the browser: in an encrypted meeting nothing that can be read. */
  async #packed(p: Pending, file: File): Promise<{ fields: Record<string, string>; file: Blob }> {
    const fields: Record<string, string> = { id: p.id, to: p.to, reply: String(p.reply), name: p.file?.name ?? "", text: p.text };
    if (!this.#keys) return { fields, file };
    const about = { from: this.#meeting.identity, to: p.to, id: p.id };
    fields["sealed"] = "yes";
    fields["text"] = await this.#keys.seal(p.text, about);
    fields["name"] = await this.#keys.seal(p.file?.name ?? "", { ...about, part: "name" });
    return { fields, file: new Blob([await this.#keys.sealBytes(await file.arrayBuffer(), { ...about, part: "file" })]) };
  }

  /** A sealed file with its name opened; null when that cannot be done here, now. */
  async opened({ file, from, to, id }: Message): Promise<Attached | null> {
    if (!file || !this.#keys) return null;
    const name = await this.#keys.open(file.name, { from, to, id, part: "name" });
    return name === null ? null : { ...file, name: fileName(name), size: Math.max(0, file.size - sealSize), width: 0, height: 0 };
  }

  /** The bytes of a sealed file; null when they do not come or cannot be opened. */
  async bytes({ file, from, to, id }: Message): Promise<Blob | null> {
    const sealed = file && (await this.#wire.file(this.#meeting, file.id));
    const plain = sealed && (await this.#keys?.openBytes(sealed, { from, to, id, part: "file" }));
    return plain ? new Blob([plain], { type: "application/octet-stream" }) : null;
  }
}

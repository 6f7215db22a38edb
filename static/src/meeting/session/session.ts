import { ConnectionError, ConnectionState, DisconnectReason, LogLevel, Room, setLogLevel } from "livekit-client";
import { heard } from "../clock.ts";
import type { Encryption, OnKey } from "../encryption/encryption.ts";
import { pageLimit } from "../layout.ts";
import { Paced } from "../paced.ts";
import type { Store } from "../state.ts";
import type { Ending, MeetingSession } from "../types.ts";
import { ComeBack, wait } from "./comeback.ts";
import { endForAll } from "./door.ts";
import { listen } from "./listen.ts";
import { endingFrom, limitsFrom, topics } from "./messages.ts";
import { addressFor, options } from "./options.ts";
import { Pictures } from "./pictures.ts";
import { Publisher } from "./publisher.ts";
import { QualityWatch } from "./quality.ts";
import { rosterOf, self } from "./roster.ts";
import type { ScreenShare } from "./share.ts";
import { type ShareEnd, SharePublisher } from "./sharepublisher.ts";
import { maySend, mayWrite, sharesOf } from "./shares.ts";
import type { Sound } from "./sound.ts";
import { type Sources, canEncrypt } from "./sources.ts";
import type { Stats } from "./stats.ts";

export interface Parts {
  store: Store;
  sources: Sources;
  share: ScreenShare;
  sound: Sound;
  stats: Stats;
  /** Called once, when the meeting is over for this person; without a reason when only the server knows it. */
  onEnd(why?: Ending): void;
  /** Called with what the server says that somebody sent. */
  onSticker(text: string): void;
  /** Called with what the server says was written, and when the line is there or there again. */
  onChat(text: string): void;
  onLive(): void;
  /** Called with what the server says of who leads the meeting, and with a question to this person. */
  onHosting(text: string): void;
  onAsk(text: string): void;
  /** Called when somebody who leads the meeting switched off one's microphone or camera. */
  onSilenced(kind: "microphone" | "camera"): void;
  /** Called when one's microphone or camera is on, and the others do not get it. */
  onUnsent(kind: "microphone" | "camera"): void;
  /** Called with each key of an encrypted meeting. */
  onKey: OnKey;
  /** Called when somebody came to wait before the meeting, or may have. */
  onWaiting(): void;
  /** Called when one's own screen is not shared any more, and not by one's own doing. */
  onShareEnd(why: ShareEnd): void;
  /** Called when only the lobby can let this person in again. */
  onOut(): void;
}

/** The one place that talks to the media node: joins, keeps the line, and turns what happens into actions. */
export class Session {
  #meeting: MeetingSession;
  readonly #parts: Parts;
  readonly #quality: QualityWatch;
  #room: Room | null = null;
  #pictures: Pictures | null = null;
  #publisher: Publisher | null = null;
  #screen: SharePublisher | null = null;
  #encryption: Encryption | null = null;
  #ending: "limit" | "host" | null = null;
  #endsIt = false; // this person ends the meeting for all
  #closed = false;
  readonly #roster = new Paced(() => queueMicrotask(() => this.#readRoster()));
  readonly #heard = new Paced(() => {
    if (this.#room && !this.#closed) this.#quality.heard(this.#room);
  });
  readonly #back = new ComeBack();

  constructor(meeting: MeetingSession, parts: Parts) {
    this.#meeting = meeting;
    this.#parts = parts;
    this.#quality = new QualityWatch(parts.store, meeting.identity, () => this.#room);
    setLogLevel(LogLevel.warn);
    for (const source of [parts.sources.microphone, parts.sources.camera]) {
      source.onChange(() => this.#roster.ask());
    }
    parts.store.subscribe((now, before) => {
      if (now.encryption !== before.encryption) this.#roster.ask();
    });
    // The browser knows at once what the node's pings tell only after fifteen seconds.
    window.addEventListener("offline", () => {
      if (parts.store.state.connection === "live") this.#down();
    });
    window.addEventListener("online", () => {
      if (this.#room?.state === ConnectionState.Connected) this.#live(this.#room);
      else this.#back.hurry();
    });
  }

  /** Joins for the first time. */
  async start(): Promise<void> {
    const { store, sources } = this.#parts;
    store.dispatch({ type: "people", people: [self(this.#meeting, sources, null)] });
    if (!(await this.#join(this.#meeting))) await this.#comeBack();
  }

  /** Comes back here after the same person joined elsewhere. */
  async takeOver(): Promise<void> {
    await this.#comeBack();
  }

  /** Leaves for good. The others see it at once. */
  leave(): void {
    this.#end("left");
  }

  /** Ends the meeting for everybody; false when the server did not agree. */
  async endForAll(): Promise<boolean> {
    this.#endsIt = true; // the end may be here before the answer
    this.#endsIt = await endForAll(this.#meeting);
    return this.#endsIt;
  }

  /** Figures of the connection, to be copied. Loaded when they are asked for. */
  async report(): Promise<string> {
    const { reportOf } = await import("./report.ts");
    return reportOf(this.#room, this.#parts.store.state, this.#parts.stats.read().connectMs);
  }

  async #join(meeting: MeetingSession): Promise<boolean> {
    void this.#drop();
    const { store, sources, sound, stats } = this.#parts;
    if (meeting.encryption && !canEncrypt()) {
      this.#finish(() => this.#parts.onOut()); // the lobby says what is wrong
      return true;
    }
    const encryption = await this.#encryptionOf(meeting).catch((error: unknown) => this.#note(error));
    if (encryption === undefined) return false;
    if (this.#closed) return true;
    const room = new Room({ ...options, ...encryption?.options() });
    this.#room = room;
    this.#meeting = meeting;
    await encryption?.follow(room);
    const pictures = pageLimit(window.innerWidth);
    this.#pictures = new Pictures(room, pictures);
    const publisher = new Publisher(room, sources, (kind) => this.#parts.onSilenced(kind), (kind) => this.#parts.onUnsent(kind));
    this.#publisher = publisher;
    this.#screen = new SharePublisher(room, this.#parts.share, (why) => this.#parts.onShareEnd(why));
    this.#listen(room, publisher);
    sound.follow(room, (blocked) => store.dispatch({ type: "sound", blocked }));
    if (meeting.demo) stats.follow(room);
    try {
      await room.connect(addressFor(meeting.serverUrl, pictures), meeting.token, { maxRetries: 1 });
    } catch (error) {
      if (room === this.#room) this.#note(error);
      return false;
    }
    if (room !== this.#room || this.#closed) return true;
    stats.connected();
    this.#live(room);
    return true;
  }

  /** What encrypts, where that has to be; its script is loaded then, and not before. */
  async #encryptionOf(meeting: MeetingSession): Promise<Encryption | null> {
    const { store } = this.#parts;
    if (!meeting.encryption) {
      this.#encryption?.close();
      this.#encryption = null;
      store.dispatch({ type: "encryption", encryption: "none", code: "" });
    } else if (!this.#encryption) {
      store.dispatch({ type: "encryption", encryption: "waiting", code: "" });
      const { Encryption } = await import("../encryption/encryption.ts");
      this.#encryption = new Encryption(meeting.encryption.worker, meeting.identity, store, this.#parts.onKey);
    }
    return this.#encryption;
  }

  /** Tells who is here, and what they show. */
  #tellRoster(room: Room): void {
    const { store, sources } = this.#parts;
    const pictures = this.#pictures;
    if (!pictures) return;
    const keyed = store.state.encryption === "none" || store.state.encryption === "on";
    store.dispatch({ type: "people", people: rosterOf(room, this.#meeting, sources, keyed, (camera) => pictures.of(camera)) });
    store.dispatch({ type: "stage", act: { do: "shares", shares: sharesOf(room, keyed, this.#meeting.encryption !== null) } });
    store.dispatch({ type: "stage", act: { do: "mayShare", may: maySend(room, "share") } });
    store.dispatch({ type: "host", act: { do: "maySpeak", may: maySend(room, "microphone") } });
    store.dispatch({ type: "chatMay", may: mayWrite(room) });
    pictures.look();
  }

  #listen(room: Room, publisher: Publisher): void {
    listen(room, {
      present: () => room === this.#room && !this.#closed,
      welcome: () => {
        this.#limits(room.metadata ?? "", Date.now());
        publisher.start();
        this.#screen?.start();
      },
      down: () => this.#down(),
      live: () => this.#live(room),
      metadata: () => this.#limits(room.metadata ?? "", Date.now()),
      told: (topic, text) => this.#told(topic, text),
      disconnected: (reason) => this.#disconnected(room, reason),
      roster: () => this.#roster.ask(),
      quality: () => this.#heard.ask(),
    });
  }

  #live(room: Room): void {
    const { store } = this.#parts;
    this.#limits(room.metadata ?? "", null);
    // The roster first: whoever was here before is not news.
    this.#tellRoster(room);
    this.#pictures?.again();
    store.dispatch({ type: "connection", connection: "live" });
    this.#parts.onWaiting();
    this.#parts.onLive();
  }

  #down(): void {
    this.#parts.store.dispatch({ type: "connection", connection: "reconnecting" });
  }

  /** Takes the limits that the node tells; `at` is when they came, null when that was some time ago. */
  #limits(text: string, at: number | null): void {
    const said = limitsFrom(text);
    if (!said) return;
    const { store } = this.#parts;
    store.dispatch({
      type: "limits",
      clock: heard(store.state.clock, said, at),
      ...(said.plan === undefined ? {} : { plan: said.plan }),
      ...(said.participants === undefined ? {} : { limit: said.participants }),
    });
  }

  #told(topic: string, text: string): void {
    if (topic === topics.clock) this.#limits(text, Date.now());
    if (topic === topics.waiting) this.#parts.onWaiting();
    if (topic === topics.sticker) this.#parts.onSticker(text);
    if (topic === topics.chat) this.#parts.onChat(text);
    if (topic === topics.hosting) this.#parts.onHosting(text);
    if (topic === topics.ask) this.#parts.onAsk(text);
    if (topic === topics.ended) this.#ending = endingFrom(text);
  }

  /** The node's last word decides what happens next. A first connection that fails is handled by its caller. */
  #disconnected(room: Room, reason: DisconnectReason | undefined): void {
    const { store, sources, share } = this.#parts;
    switch (reason) {
      case DisconnectReason.DUPLICATE_IDENTITY:
        void this.#drop();
        for (const source of [sources.camera, sources.microphone]) source.release();
        share.stop();
        return store.dispatch({ type: "connection", connection: "elsewhere" });
      case DisconnectReason.PARTICIPANT_REMOVED:
        return this.#end("removed");
      case DisconnectReason.ROOM_DELETED:
        return this.#end(this.#ending ?? "host");
      case DisconnectReason.ROOM_CLOSED:
        return this.#end(this.#ending ?? "limit");
      default:
        if (store.state.connection === "live" || store.state.connection === "reconnecting") {
          if (room === this.#room && !this.#back.trying) void this.#comeBack();
        }
    }
  }

  /** Tries again with a fresh token until it works, the meeting is over or the person leaves. */
  async #comeBack(): Promise<void> {
    if (this.#closed) return;
    this.#down();
    const how = await this.#back.run(() => this.#meeting, (fresh) => this.#join(fresh));
    if (how === "over") this.#end(this.#ending ?? undefined);
    if (how === "out") this.#finish(() => this.#parts.onOut());
  }

  /** The roster is read once a frame, however much happens, and of others not while the line is down. */
  #readRoster(): void {
    const { store, sources } = this.#parts;
    if (!this.#room || this.#closed) return;
    if (store.state.connection === "live") return this.#tellRoster(this.#room);
    const others = store.state.people.filter((p) => !p.self);
    const me = self(this.#meeting, sources, this.#room);
    store.dispatch({ type: "people", people: [...others, me] });
  }

  #note(error: unknown): void {
    const reason = error instanceof ConnectionError ? error.message : String(error);
    console.warn(`could not join: ${reason}`);
  }

  /** Lets go of the present room without ending the page. */
  #drop(): Promise<void> {
    const room = this.#room;
    this.#room = null;
    this.#pictures?.close();
    this.#pictures = null;
    this.#publisher?.stop();
    this.#publisher = null;
    this.#screen?.stop();
    this.#screen = null;
    this.#encryption?.close();
    return room?.disconnect(false) ?? Promise.resolve();
  }

  #end(why?: Ending): void {
    this.#finish(() => this.#parts.onEnd(why === "host" && this.#endsIt ? "own" : why));
  }

  /** Says goodbye to the node, but waits only so long for it to be on its way. */
  #finish(then: () => void): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#quality.close();
    this.#back.stop();
    this.#parts.store.dispatch({ type: "connection", connection: "leaving" });
    void Promise.race([this.#drop(), wait(300)]).then(then, then);
  }
}

import { ConnectionState, type LocalTrack, type Participant, type Room, RoomEvent, Track, type TrackPublication } from "livekit-client";
import { maySend } from "./shares.ts";
import type { Source, SourceKind } from "./source.ts";
import type { Sources } from "./sources.ts";

const publishedAs = { camera: Track.Source.Camera, microphone: Track.Source.Microphone } as const;

/** How long to wait before what could not be sent is sent again, in milliseconds. */
const waits = [1000, 2000, 5000, 10_000];

/** What became of the tries to send something, since the last that worked. */
interface Trouble {
  tries: number;
  told: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Keeps what the room receives in step with one's own camera and microphone. */
export class Publisher {
  readonly #room: Room;
  readonly #all: Source[];
  readonly #onSilenced: (kind: SourceKind) => void;
  readonly #onUnsent: (kind: SourceKind) => void;
  readonly #pending = new Map<Source, Promise<void>>();
  readonly #troubles = new Map<Source, Trouble>();
  readonly #life = new AbortController();
  /** What is being muted by this person's own wish. */
  readonly #muting = new Set<Source>();
  #started = false;

  /**
   * `onSilenced` is called when the node muted what this person sends: somebody who leads the meeting wanted it. The device is off then.
   * `onUnsent` is called when something that is on does not reach the others, also not at the second try; it is tried on and on.
   */
  constructor(room: Room, sources: Sources, onSilenced: (kind: SourceKind) => void, onUnsent: (kind: SourceKind) => void) {
    this.#room = room;
    this.#all = [sources.camera, sources.microphone];
    this.#onSilenced = onSilenced;
    this.#onUnsent = onUnsent;
  }

  /** Sends what is on now, and follows every change until stopped. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#room.on(RoomEvent.TrackMuted, (publication, who) => this.#muted(publication, who));
    // What was sent before the line broke is not always sent again.
    this.#room.on(RoomEvent.Reconnected, () => this.#all.forEach((source) => this.#follow(source)));
    for (const source of this.#all) {
      source.onChange(() => this.#follow(source), this.#life.signal);
      this.#follow(source);
    }
  }

  stop(): void {
    this.#life.abort();
    for (const { timer } of this.#troubles.values()) clearTimeout(timer);
  }

  /** One change at a time for each device; the last one wins. */
  #follow(source: Source): void {
    const before = this.#pending.get(source) ?? Promise.resolve();
    const next = before.then(() => this.#sync(source)).then(
      () => this.#worked(source),
      (error: unknown) => this.#failed(source, error),
    );
    this.#pending.set(source, next);
  }

  #worked(source: Source): void {
    clearTimeout(this.#troubles.get(source)?.timer);
    this.#troubles.delete(source);
  }

  /** Tries again after a while, and says it when that did not help: the button is lit, and nobody hears or sees anything. */
  #failed(source: Source, error: unknown): void {
    console.warn(`could not publish the ${source.kind}`, error);
    if (this.#life.signal.aborted) return;
    if (!source.live || !maySend(this.#room, source.kind)) return this.#worked(source);
    const trouble = this.#troubles.get(source) ?? { tries: 0, told: false, timer: undefined };
    this.#troubles.set(source, trouble);
    clearTimeout(trouble.timer);
    trouble.timer = setTimeout(() => this.#again(source), waits[Math.min(trouble.tries++, waits.length - 1)]);
    if (trouble.tries < 2 || trouble.told || this.#room.state !== ConnectionState.Connected) return;
    trouble.told = true;
    this.#onUnsent(source.kind);
  }

  #again(source: Source): void {
    // The room ends a track that it has waited too long to send. A fresh one is followed like any change.
    if (source.live && source.track?.readyState === "ended") void source.turn(true);
    else this.#follow(source);
  }

  async #sync(source: Source): Promise<void> {
    if (this.#life.signal.aborted) return;
    const publication = this.#room.localParticipant.getTrackPublication(publishedAs[source.kind]);
    const local = publication?.track as LocalTrack | undefined;
    if (!publication || !local) {
      if (source.live) await this.#publish(source);
      return;
    }
    if (!source.live) {
      if (!publication.isMuted) await this.#mute(source, local);
      return;
    }
    if (source.track && local.mediaStreamTrack !== source.track) await local.replaceTrack(source.track, true);
    if (publication.isMuted) await local.unmute();
  }

  async #mute(source: Source, local: LocalTrack): Promise<void> {
    this.#muting.add(source);
    try {
      await local.mute();
    } finally {
      this.#muting.delete(source);
    }
  }

  /** Muted without one's own doing: the device follows, so that the button says how it is. A device that ended says so itself. */
  #muted(publication: TrackPublication, who: Participant): void {
    const source = this.#all.find((s) => publishedAs[s.kind] === publication.source);
    if (this.#life.signal.aborted || who !== this.#room.localParticipant || !source?.live || this.#muting.has(source)) return;
    if (source.track?.readyState === "ended") return;
    void source.turn(false);
    this.#onSilenced(source.kind);
  }

  async #publish(source: Source): Promise<void> {
    if (!source.track || source.track.readyState === "ended") return; // the next one is on its way
    await this.#room.localParticipant.publishTrack(source.track, { source: publishedAs[source.kind] });
  }
}

import { type LocalTrack, type Participant, type Room, RoomEvent, Track, type TrackPublication } from "livekit-client";
import type { Source, SourceKind } from "./source.ts";
import type { Sources } from "./sources.ts";

const publishedAs = { camera: Track.Source.Camera, microphone: Track.Source.Microphone } as const;

/** Keeps what the room receives in step with one's own camera and microphone. */
export class Publisher {
  readonly #room: Room;
  readonly #all: Source[];
  readonly #onSilenced: (kind: SourceKind) => void;
  readonly #pending = new Map<Source, Promise<void>>();
  readonly #life = new AbortController();
  /** What is being muted by this person's own wish. */
  readonly #muting = new Set<Source>();
  #started = false;

  /** `onSilenced` is called when the node muted what this person sends: somebody who leads the meeting wanted it. The device is off then. */
  constructor(room: Room, sources: Sources, onSilenced: (kind: SourceKind) => void) {
    this.#room = room;
    this.#all = [sources.camera, sources.microphone];
    this.#onSilenced = onSilenced;
  }

  /** Sends what is on now, and follows every change until stopped. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#room.on(RoomEvent.TrackMuted, (publication, who) => this.#muted(publication, who));
    for (const source of this.#all) {
      source.onChange(() => this.#follow(source), this.#life.signal);
      this.#follow(source);
    }
  }

  stop(): void {
    this.#life.abort();
  }

  /** One change at a time for each device; the last one wins. */
  #follow(source: Source): void {
    const before = this.#pending.get(source) ?? Promise.resolve();
    const next = before.then(() => this.#sync(source)).catch((error: unknown) => {
      console.warn(`could not publish the ${source.kind}`, error);
    });
    this.#pending.set(source, next);
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
    if (!source.track) return;
    await this.#room.localParticipant.publishTrack(source.track, { source: publishedAs[source.kind] });
  }
}

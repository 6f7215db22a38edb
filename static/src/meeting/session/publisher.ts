import { type LocalTrack, type Room, Track } from "livekit-client";
import type { Source } from "./source.ts";
import type { Sources } from "./sources.ts";

const publishedAs = { camera: Track.Source.Camera, microphone: Track.Source.Microphone } as const;

/** Keeps what the room receives in step with one's own camera and microphone. */
export class Publisher {
  readonly #room: Room;
  readonly #all: Source[];
  readonly #pending = new Map<Source, Promise<void>>();
  readonly #life = new AbortController();
  #started = false;

  constructor(room: Room, sources: Sources) {
    this.#room = room;
    this.#all = [sources.camera, sources.microphone];
  }

  /** Sends what is on now, and follows every change until stopped. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
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
      if (!publication.isMuted) await local.mute();
      return;
    }
    if (source.track && local.mediaStreamTrack !== source.track) await local.replaceTrack(source.track, true);
    if (publication.isMuted) await local.unmute();
  }

  async #publish(source: Source): Promise<void> {
    if (!source.track) return;
    await this.#room.localParticipant.publishTrack(source.track, { source: publishedAs[source.kind] });
  }
}

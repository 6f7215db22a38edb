import { type RemoteParticipant, type RemoteTrack, type Room, RoomEvent, Track } from "livekit-client";
import { Levels } from "./levels.ts";

/** Plays the others' voices and tells whose is heard. */
export class Sound {
  readonly #holder: HTMLElement;
  readonly #levels: Levels;
  #room: Room | null = null;

  constructor(holder: HTMLElement, onSpeaking: (speaking: ReadonlySet<string>) => void) {
    this.#holder = holder;
    this.#levels = new Levels(onSpeaking);
  }

  /** Follows a room's audio tracks; a new room takes the place of the one before. */
  follow(room: Room, onBlocked: (blocked: boolean) => void): void {
    this.#room = room;
    room
      .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => this.#play(track, participant))
      .on(RoomEvent.TrackUnsubscribed, (track, _publication, participant) => this.#silence(track, participant))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => onBlocked(!room.canPlaybackAudio));
  }

  /** After a click: starts what the browser held back. */
  async unblock(): Promise<void> {
    await Promise.all([this.#levels.resume(), this.#room?.startAudio().catch(() => undefined)]);
  }

  async useSpeaker(device: string): Promise<void> {
    await this.#room?.switchActiveDevice("audiooutput", device);
  }

  async close(): Promise<void> {
    this.#room = null;
    this.#holder.replaceChildren();
    await this.#levels.close();
  }

  #play(track: RemoteTrack, participant: RemoteParticipant): void {
    if (track.kind !== Track.Kind.Audio) return;
    this.#holder.append(track.attach());
    this.#levels.watch(participant.identity, track.mediaStreamTrack);
  }

  #silence(track: RemoteTrack, participant: RemoteParticipant): void {
    if (track.kind !== Track.Kind.Audio) return;
    for (const element of track.detach()) element.remove();
    this.#levels.forget(participant.identity);
  }
}

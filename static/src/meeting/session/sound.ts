import { type Participant, type RemoteParticipant, type RemoteTrack, type Room, RoomEvent, Track } from "livekit-client";
import { h } from "../dom.ts";
import { Levels } from "./levels.ts";

/** Plays the others' voices and tells whose is heard. */
export class Sound {
  /** Holds the elements that play, out of sight. */
  readonly element = h("div", { attrs: { hidden: true } });
  readonly #levels: Levels;
  readonly #onSpeaking: (speaking: ReadonlySet<string>) => void;
  readonly #life = new AbortController();
  #room: Room | null = null;
  #onBlocked: (blocked: boolean) => void = () => undefined;
  #speaker = "";

  constructor(onSpeaking: (speaking: ReadonlySet<string>) => void) {
    this.#onSpeaking = onSpeaking;
    this.#levels = new Levels(onSpeaking);
    for (const event of ["pointerdown", "keydown"]) {
      document.addEventListener(event, () => void this.#levels.resume(), { signal: this.#life.signal });
    }
  }

  /** Follows a room's audio tracks; a new room takes the place of the one before. */
  follow(room: Room, onBlocked: (blocked: boolean) => void): void {
    this.#room = room;
    this.#onBlocked = onBlocked;
    // A room tells of a change only, and begins unblocked: what was said of the one before holds no more.
    this.#tellBlocked();
    if (this.#speaker !== "") void this.useSpeaker(this.#speaker).catch(() => undefined);
    room
      .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => this.#play(track, participant))
      .on(RoomEvent.TrackUnsubscribed, (track, _publication, participant) => this.#silence(track, participant))
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => this.#heard(speakers))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => {
        if (room === this.#room) this.#tellBlocked();
      });
  }

  /** After a click: starts what the browser held back. */
  async unblock(): Promise<void> {
    await Promise.all([this.#levels.resume(), this.#room?.startAudio().catch(() => undefined)]);
    this.#tellBlocked();
  }

  async useSpeaker(device: string): Promise<void> {
    await this.#room?.switchActiveDevice("audiooutput", device);
    this.#speaker = device;
  }

  async close(): Promise<void> {
    this.#room = null;
    this.#life.abort();
    this.element.replaceChildren();
    await this.#levels.close();
  }

  #tellBlocked(): void {
    if (this.#room) this.#onBlocked(!this.#room.canPlaybackAudio);
  }

  #play(track: RemoteTrack, participant: RemoteParticipant): void {
    if (track.kind !== Track.Kind.Audio) return;
    this.element.append(track.attach());
    // A film that somebody shares is not that person speaking.
    if (track.source === Track.Source.Microphone) this.#levels.watch(participant.identity, track.mediaStreamTrack);
  }

  /** What the node hears stands in until we may measure ourselves. */
  #heard(speakers: readonly Participant[]): void {
    if (this.#levels.running) return;
    this.#onSpeaking(new Set(speakers.filter((p) => !p.isLocal).map((p) => p.identity)));
  }

  #silence(track: RemoteTrack, participant: RemoteParticipant): void {
    if (track.kind !== Track.Kind.Audio) return;
    for (const element of track.detach()) element.remove();
    if (track.source === Track.Source.Microphone) this.#levels.forget(participant.identity);
  }
}

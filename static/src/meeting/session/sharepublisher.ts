// Sends one's shared screen to the room, as long as there is one.
import { ConnectionState, LocalVideoTrack, type Room, RoomEvent, type TrackPublishOptions, Track, VideoPreset } from "livekit-client";
import type { Hint } from "../state/stage.ts";
import type { ScreenShare } from "./share.ts";

/**
 * Letters need bits for each picture and few pictures, motion needs both. Half the size goes beside, for small tiles and
 * weak links: browsers send no more than two sizes of a screen.
 */
const encodings: Record<Hint, VideoPreset> = {
  text: new VideoPreset(1920, 1080, 2_500_000, 15, "medium"),
  motion: new VideoPreset(1920, 1080, 5_000_000, 30, "medium"),
};

/** Where the way is too narrow, letters stay sharp and motion stays smooth. */
const kept: Record<Hint, RTCDegradationPreference> = { text: "maintain-resolution", motion: "maintain-framerate" };

const picture = (hint: Hint): TrackPublishOptions => ({
  source: Track.Source.ScreenShare,
  simulcast: true,
  screenShareEncoding: encodings[hint].encoding,
  degradationPreference: kept[hint],
});

/** In stereo and without pauses, as music wants it. */
const sound: TrackPublishOptions = { source: Track.Source.ScreenShareAudio, dtx: false, red: false, forceStereo: true, audioPreset: { maxBitrate: 96_000 } };

/** Why the others do not see the screen any more: it could not be sent, or the node took it down. */
export type ShareEnd = "unsent" | "taken";

export class SharePublisher {
  readonly #room: Room;
  readonly #share: ScreenShare;
  readonly #onEnd: (why: ShareEnd) => void;
  readonly #life = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #sent: Hint | null = null;
  #started = false;

  /** `onEnd` is called when the screen is not sent any more although the person did not stop it. */
  constructor(room: Room, share: ScreenShare, onEnd: (why: ShareEnd) => void) {
    this.#room = room;
    this.#share = share;
    this.#onEnd = onEnd;
  }

  /** Sends what is shared now, and follows every change until stopped. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#share.onChange(() => this.#follow(), this.#life.signal);
    // A room that is being left or joined anew unpublishes as well: what counts is how it stands when that is over.
    this.#room.on(RoomEvent.LocalTrackUnpublished, () => setTimeout(() => void this.#last.then(() => this.#check("taken"))));
    this.#follow();
  }

  stop(): void {
    this.#life.abort();
  }

  /** One change at a time; the last one wins. */
  #follow(): void {
    this.#last = this.#last
      .then(() => this.#sync())
      .catch((error: unknown) => {
        console.warn("could not publish the screen", error);
        this.#check("unsent");
      });
  }

  /** Whoever shares is to know when nobody sees it. */
  #check(why: ShareEnd): void {
    const sent = this.#room.localParticipant.getTrackPublication(Track.Source.ScreenShare);
    if (this.#life.signal.aborted || this.#room.state !== ConnectionState.Connected || !this.#share.video || sent) return;
    this.#share.stop();
    this.#onEnd(why);
  }

  async #sync(): Promise<void> {
    if (this.#life.signal.aborted) return;
    const { video, audio, hint } = this.#share;
    await this.#match(Track.Source.ScreenShare, video, picture(hint), () => (this.#sent = hint));
    await this.#match(Track.Source.ScreenShareAudio, audio, sound);
    if (video && this.#sent !== hint) await this.#retune(hint);
  }

  async #match(source: Track.Source, wanted: MediaStreamTrack | null, options: TrackPublishOptions, sent?: () => void): Promise<void> {
    const me = this.#room.localParticipant;
    const there = me.getTrackPublication(source)?.track;
    if (there?.mediaStreamTrack === wanted || (!there && !wanted)) return;
    if (there) await me.unpublishTrack(there, false);
    if (!wanted || wanted.readyState === "ended") return;
    await me.publishTrack(wanted, options);
    sent?.();
  }

  /** Another hint while the screen is on: what is sent changes, the track stays. */
  async #retune(hint: Hint): Promise<void> {
    const track = this.#room.localParticipant.getTrackPublication(Track.Source.ScreenShare)?.track;
    if (!(track instanceof LocalVideoTrack) || !track.sender || this.#sent === null) return;
    const ratio = encodings[hint].encoding.maxBitrate / encodings[this.#sent].encoding.maxBitrate;
    this.#sent = hint;
    await track.setDegradationPreference(kept[hint]);
    const parameters = track.sender.getParameters();
    for (const encoding of parameters.encodings) {
      if (encoding.maxBitrate !== undefined) encoding.maxBitrate = Math.round(encoding.maxBitrate * ratio);
      encoding.maxFramerate = encodings[hint].encoding.maxFramerate ?? 15;
    }
    await track.sender.setParameters(parameters);
  }
}

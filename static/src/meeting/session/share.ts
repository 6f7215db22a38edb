// One's own shared screen: asking for it, and keeping it until it ends.
import type { Hint, OwnShare, Surface } from "../state/stage.ts";
import { noShare } from "../state/stage.ts";
import { ownPicture } from "./picture.ts";

/** Why nothing is shared. Closing the picker is no fault. */
export type ShareFault = "cancelled" | "system" | "failed";

/** What browsers know of getDisplayMedia and the types do not yet. */
interface Wish extends DisplayMediaStreamOptions {
  selfBrowserSurface: "exclude";
  surfaceSwitching: "include";
  systemAudio: "include";
}

/** Sound is wanted as it is: what is meant for a voice would spoil music. Never this page's own: the others would hear themselves. */
const sound: MediaTrackConstraints & { restrictOwnAudio: boolean } = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: { ideal: 2 },
  restrictOwnAudio: true,
};

const wish: Wish = {
  video: { frameRate: { ideal: 30, max: 30 }, width: { max: 2560 }, height: { max: 1600 } },
  audio: sound,
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
  systemAudio: "include",
};

/** Phones have no way to share a screen from a page. */
export const canShareScreen = (): boolean => window.isSecureContext && typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** Browsers that share sound know how to keep it from being heard twice; Firefox and Safari share pictures alone. */
const canShareSound = (): boolean => "suppressLocalAudioPlayback" in navigator.mediaDevices.getSupportedConstraints();

/** Why the picker gave nothing. */
export function shareFaultOf(error: unknown): ShareFault {
  const { name = "", message = "" } = (error ?? {}) as { name?: string; message?: string };
  if (name === "NotAllowedError" || name === "AbortError") return /system/i.test(message) ? "system" : "cancelled";
  return "failed";
}

const surfaces: Record<string, Surface> = { monitor: "screen", window: "window", browser: "tab" };

/** The tracks of one's shared screen. It outlives a connection that is made anew. */
export class ScreenShare {
  video: MediaStreamTrack | null = null;
  audio: MediaStreamTrack | null = null;
  #hint: Hint;
  #asking = false;
  readonly #listeners = new Set<() => void>();

  constructor(hint: Hint) {
    this.#hint = hint;
  }

  get hint(): Hint {
    return this.#hint;
  }

  /** Calls the listener after every change, until the signal says stop. */
  onChange(listener: () => void, until?: AbortSignal): void {
    this.#listeners.add(listener);
    until?.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  /** How it looks to the one who shares. */
  get own(): OwnShare {
    if (!this.video) return { ...noShare, state: this.#asking ? "asking" : "off" };
    const { displaySurface } = this.video.getSettings();
    return { state: "on", surface: surfaces[displaySurface ?? ""] ?? "unknown", sound: this.audio !== null, sounds: canShareSound(), picture: ownPicture(this.video) };
  }

  /** Lets the person choose what to share. Answers why nothing is, or null. */
  async start(): Promise<ShareFault | null> {
    if (this.#asking || this.video) return null;
    this.#asking = true;
    this.#tell();
    try {
      this.#take(await navigator.mediaDevices.getDisplayMedia(wish));
      return null;
    } catch (error) {
      return shareFaultOf(error);
    } finally {
      this.#asking = false;
      this.#tell();
    }
  }

  stop(): void {
    const old = [this.video, this.audio];
    this.video = this.audio = null;
    for (const track of old) track?.stop();
    if (old[0]) this.#tell();
  }

  tune(hint: Hint): void {
    this.#hint = hint;
    if (this.video) this.video.contentHint = hint;
    this.#tell();
  }

  #take(stream: MediaStream): void {
    const [video] = stream.getVideoTracks();
    if (!video) throw new DOMException("no track", "NotFoundError");
    const [audio] = stream.getAudioTracks();
    video.contentHint = this.#hint;
    if (audio) audio.contentHint = "music";
    this.video = video;
    this.audio = audio ?? null;
    // The browser's own bar, and a window that is closed, end it too. A tab may fall silent and stay.
    video.addEventListener("ended", () => {
      if (this.video === video) this.stop();
    });
    audio?.addEventListener("ended", () => {
      if (this.audio !== audio) return;
      this.audio = null;
      this.#tell();
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

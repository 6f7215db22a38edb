import { type Fault, faultOf } from "../faults.ts";
import { type SourceKind, askFor } from "./devices.ts";

export type { SourceKind };

/** What a camera or microphone is doing, told after every change. */
export interface SourceState {
  on: boolean;
  busy: boolean;
  fault: Fault | null;
  device: string;
}

/**
 * One's own camera or microphone. It outlives the lobby and every reconnection. A camera that is
 * switched off is released, so that its light goes out; a microphone is kept and sends silence, so
 * that unmuting is immediate.
 */
export class Source {
  readonly kind: SourceKind;
  track: MediaStreamTrack | null = null;
  #state: SourceState;
  #turn = 0;
  readonly #listeners = new Set<(source: Source) => void>();

  constructor(kind: SourceKind, on: boolean, device = "") {
    this.kind = kind;
    this.#state = { on, busy: false, fault: null, device };
  }

  get state(): SourceState {
    return this.#state;
  }

  /** On, working, and with a track to send. */
  get live(): boolean {
    return this.#state.on && this.track !== null;
  }

  /** Calls the listener after every change, until the signal says stop. */
  onChange(listener: (source: Source) => void, until?: AbortSignal): void {
    this.#listeners.add(listener);
    until?.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  /** Takes a track that was asked for together with the other kind. */
  adopt(track: MediaStreamTrack): void {
    this.#turn++;
    this.#replace(track);
    this.#set({ busy: false, fault: null, device: track.getSettings().deviceId ?? this.#state.device });
  }

  fail(fault: Fault): void {
    this.#turn++;
    this.#replace(null);
    this.#set({ on: false, busy: false, fault });
  }

  /** Wishes for the device again, after a fault; it is asked for by whoever asks for both at once. */
  want(): void {
    this.#set({ on: true, fault: null });
  }

  /** The browser has been asked. */
  expect(): void {
    this.#set({ busy: true, fault: null });
  }

  /** Switches on or off. On asks the browser for the device when there is none yet. */
  async turn(on: boolean): Promise<void> {
    if (on && (this.track === null || this.track.readyState === "ended")) {
      await this.#acquire(this.#state.device);
      return;
    }
    this.#turn++;
    if (!on && this.kind === "camera") this.#replace(null);
    if (this.track) this.track.enabled = on;
    this.#set({ on, busy: false });
  }

  /** Changes the device; one that is off is only remembered. */
  async use(device: string): Promise<void> {
    if (this.track) await this.#acquire(device, this.#state.on);
    else this.#set({ device });
  }

  release(): void {
    this.#turn++;
    this.#replace(null);
    this.#set({ busy: false });
  }

  async #acquire(device: string, on = true): Promise<void> {
    const turn = ++this.#turn;
    this.#set({ busy: true, fault: null, device });
    try {
      const track = await trackOf(this.kind, device);
      if (turn !== this.#turn) return track.stop();
      this.#replace(track);
      track.enabled = on;
      this.#set({ on, busy: false, device: track.getSettings().deviceId ?? device });
    } catch (error) {
      if (turn === this.#turn) this.fail(faultOf(error));
    }
  }

  #replace(track: MediaStreamTrack | null): void {
    if (this.track === track) return;
    const old = this.track;
    this.track = track;
    old?.stop();
    if (track) {
      track.enabled = this.#state.on;
      track.addEventListener("ended", () => this.#ended(track));
    }
  }

  #ended(track: MediaStreamTrack): void {
    if (track === this.track) this.fail("unplugged");
  }

  #set(change: Partial<SourceState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener(this);
  }
}

async function trackOf(kind: SourceKind, device: string): Promise<MediaStreamTrack> {
  const [track] = (await askFor([{ kind, device }])).getTracks();
  if (!track) throw new DOMException("no track", "NotFoundError");
  return track;
}

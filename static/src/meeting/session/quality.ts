// What is known of the quality of a meeting, brought to the state; and what the state asks of a busy device, done.
import { ConnectionQuality, type LocalVideoTrack, type Room, Track, VideoQuality } from "livekit-client";
import type { Store } from "../state.ts";
import type { Level } from "../state/quality.ts";
import { Blocked, droppedOf } from "./busy.ts";
import { type Count, countOf, figuresOf } from "./figures.ts";
import { capReceived, capSent } from "./sparing.ts";

/** Without a word of the node's nothing is wrong. */
const levels: Record<ConnectionQuality, Level> = {
  [ConnectionQuality.Excellent]: "good",
  [ConnectionQuality.Good]: "weak",
  [ConnectionQuality.Poor]: "poor",
  [ConnectionQuality.Lost]: "lost",
  [ConnectionQuality.Unknown]: "good",
};

const every = 1000;
const lookEvery = 2; // ticks

/** Hears what the node says of connections, and looks at the device, while the meeting is on. */
export class QualityWatch {
  readonly #store: Store;
  readonly #room: () => Room | null;
  readonly #me: string;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #blocked = new Blocked();
  readonly #dropped = droppedOf();
  #ticks = 0;
  #looking = false;
  #count: Count | null = null;

  constructor(store: Store, me: string, room: () => Room | null) {
    this.#store = store;
    this.#room = room;
    this.#me = me;
    this.#timer = setInterval(() => this.#tick(), every);
  }

  /** Call after each word of the node's. */
  heard(room: Room): void {
    const all = [room.localParticipant, ...room.remoteParticipants.values()];
    const said = Object.fromEntries(all.map((p) => [p.identity, levels[p.connectionQuality]]));
    this.#store.dispatch({ type: "quality", act: { do: "heard", levels: said, me: this.#me, at: performance.now() } });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#blocked.close();
  }

  #tick(): void {
    this.#store.dispatch({ type: "quality", act: { do: "tick", me: this.#me, at: performance.now() } });
    if (++this.#ticks % lookEvery !== 0 || this.#looking) return;
    this.#looking = true;
    void this.#look()
      .catch((error: unknown) => console.warn("could not look at the connection", error))
      .finally(() => (this.#looking = false));
  }

  async #look(): Promise<void> {
    const room = this.#room();
    if (!room) return;
    const camera = room.localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack as LocalVideoTrack | undefined;
    const sent = camera && !camera.isMuted ? await camera.getSenderStats() : [];
    const visible = document.visibilityState === "visible";
    const seen = { at: performance.now(), cpu: sent.some((s) => s.qualityLimitationReason === "cpu"), blocked: this.#blocked.share(), dropped: this.#dropped(room) };
    this.#store.dispatch({ type: "quality", act: { do: "look", look: visible ? seen : null } });
    const { step } = this.#store.state.quality.governor;
    if (camera) await capSent(camera, step === 0 ? VideoQuality.HIGH : step === 1 ? VideoQuality.MEDIUM : VideoQuality.LOW);
    capReceived(room, step < 3 ? VideoQuality.HIGH : VideoQuality.LOW);
    if (this.#store.state.quality.open) await this.#measure(room);
    else this.#count = null;
  }

  /** Numbers, for who looks at them. */
  async #measure(room: Room): Promise<void> {
    const { publisher, subscriber } = room.engine.pcManager ?? {};
    const [up, down] = await Promise.all([publisher?.getStats(), subscriber?.getStats()]);
    const now = countOf(performance.now(), up?.values() ?? [], down?.values() ?? []);
    if (this.#count) this.#store.dispatch({ type: "quality", act: { do: "figures", figures: figuresOf(this.#count, now) } });
    this.#count = now;
  }
}

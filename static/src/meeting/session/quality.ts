// What the node says of everybody's connection, brought to the state.
import { ConnectionQuality, type Room } from "livekit-client";
import type { Store } from "../state.ts";
import type { Level } from "../state/quality.ts";

/** Without a word of the node's nothing is wrong. */
const levels: Record<ConnectionQuality, Level> = {
  [ConnectionQuality.Excellent]: "good",
  [ConnectionQuality.Good]: "weak",
  [ConnectionQuality.Poor]: "poor",
  [ConnectionQuality.Lost]: "lost",
  [ConnectionQuality.Unknown]: "good",
};

const every = 1000;

/** Hears what the node says of connections while the meeting is on. */
export class QualityWatch {
  readonly #store: Store;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(store: Store) {
    this.#store = store;
    this.#timer = setInterval(() => store.dispatch({ type: "quality", act: { do: "tick", at: performance.now() } }), every);
  }

  /** Call after each word of the node's, and when somebody has come or gone. */
  heard(room: Room): void {
    const all = [room.localParticipant, ...room.remoteParticipants.values()];
    const said = Object.fromEntries(all.map((p) => [p.identity, levels[p.connectionQuality]]));
    this.#store.dispatch({ type: "quality", act: { do: "heard", levels: said, at: performance.now() } });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

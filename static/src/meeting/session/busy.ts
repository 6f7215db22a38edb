// How busy this device is: how long the page could not answer, and how many pictures came and were never shown.
import { RemoteVideoTrack, type Room } from "livekit-client";

/** Adds up the long tasks of the page. Browsers that do not tell of them say nothing, and nothing is blocked. */
export class Blocked {
  #busy = 0;
  #since = performance.now();
  readonly #observer: PerformanceObserver | null = null;

  constructor() {
    if (!globalThis.PerformanceObserver?.supportedEntryTypes.includes("longtask")) return;
    this.#observer = new PerformanceObserver((list) => {
      for (const task of list.getEntries()) this.#busy += task.duration;
    });
    this.#observer.observe({ type: "longtask" });
  }

  /** The share of the time since the call before, 0 to 1. */
  share(): number {
    const now = performance.now();
    const share = Math.min(1, this.#busy / Math.max(1, now - this.#since));
    this.#busy = 0;
    this.#since = now;
    return share;
  }

  close(): void {
    this.#observer?.disconnect();
  }
}

/** Gives the share of the others' pictures, since the call before, that were not shown for want of time. */
export function droppedOf(): (room: Room) => number {
  const known = new WeakMap<HTMLVideoElement, { total: number; dropped: number }>();
  return (room) => {
    let [total, dropped] = [0, 0];
    for (const element of elementsOf(room)) {
      const { totalVideoFrames, droppedVideoFrames } = element.getVideoPlaybackQuality();
      const before = known.get(element);
      known.set(element, { total: totalVideoFrames, dropped: droppedVideoFrames });
      if (!before || totalVideoFrames < before.total) continue;
      total += totalVideoFrames - before.total;
      dropped += Math.max(0, droppedVideoFrames - before.dropped);
    }
    return total === 0 ? 0 : dropped / total;
  };
}

function elementsOf(room: Room): HTMLVideoElement[] {
  const tracks = [...room.remoteParticipants.values()].flatMap((p) => [...p.videoTrackPublications.values()].map((publication) => publication.track));
  return tracks.flatMap((track) => (track instanceof RemoteVideoTrack ? track.attachedElements : [])).filter((e) => e instanceof HTMLVideoElement && "getVideoPlaybackQuality" in e) as HTMLVideoElement[];
}

// What bench/room.ts runs inside the meeting's page.
import type { Page } from "@playwright/test";

declare global {
  interface Window {
    connections?: RTCPeerConnection[];
  }
}

/** What the page did in the time that was measured. */
export interface Measured {
  seconds: number;
  /** Frames that the page drew. */
  frames: number;
  /** The longest time between two of them, in milliseconds. */
  longestGap: number;
  /** Tasks of more than 50 ms, in milliseconds each. */
  longTasks: number[];
  tiles: number;
  /** Pictures of which frames were decoded, and how many frames. */
  pictures: number;
  decoded: number;
  dropped: number;
  bytes: number;
  /** Tracks of others that the page knows of, pictures and voices. */
  known: number;
}

/**
 * Before the page's own scripts: remembers its connections, to count what came, and keeps the figures for tests from being
 * taken: four hundred reports of the browser a second are no part of a meeting.
 */
export async function prepare(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const made: RTCPeerConnection[] = (window.connections = []);
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
    const every = window.setInterval.bind(window);
    window.setInterval = ((work: TimerHandler, ms?: number, ...rest: unknown[]) => (ms === 400 ? 0 : every(work, ms, ...rest))) as typeof window.setInterval;
  });
}

/** Measures for so many seconds. */
export function measure(page: Page, seconds: number): Promise<Measured> {
  return page.evaluate(async (seconds) => {
    const count = async () => {
      const sum = { bytes: 0, decoded: 0, dropped: 0, known: 0, of: new Map<string, number>() };
      for (const connection of window.connections ?? []) {
        if (connection.connectionState !== "connected") continue;
        for (const entry of (await connection.getStats()).values() as Iterable<Record<string, unknown> & { id: string; type: string }>) {
          if (entry.type === "transport") sum.bytes += Number(entry["bytesReceived"] ?? 0);
          if (entry.type !== "inbound-rtp") continue;
          sum.known++;
          if (entry["kind"] !== "video") continue;
          sum.decoded += Number(entry["framesDecoded"] ?? 0);
          sum.dropped += Number(entry["framesDropped"] ?? 0);
          sum.of.set(entry.id, Number(entry["framesDecoded"] ?? 0));
        }
      }
      return sum;
    };
    const before = await count();
    const longTasks: number[] = [];
    const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((e) => e.duration)));
    observer.observe({ type: "longtask" });
    let [frames, longestGap] = [0, 0];
    const begun = performance.now();
    let last = begun;
    await new Promise<void>((done) => {
      const drawn = (now: number) => {
        frames++;
        longestGap = Math.max(longestGap, now - last);
        last = now;
        if (now - begun >= seconds * 1000) done();
        else requestAnimationFrame(drawn);
      };
      requestAnimationFrame(drawn);
    });
    const took = (performance.now() - begun) / 1000;
    observer.disconnect();
    const after = await count();
    return {
      seconds: took,
      frames,
      longestGap,
      longTasks,
      tiles: document.querySelectorAll(".m-tiles .tile").length,
      pictures: [...after.of].filter(([id, n]) => n > (before.of.get(id) ?? 0)).length,
      decoded: after.decoded - before.decoded,
      dropped: after.dropped - before.dropped,
      bytes: after.bytes - before.bytes,
      known: after.known,
    };
  }, seconds);
}

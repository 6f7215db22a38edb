import { expect } from "@playwright/test";

/** A page of whichever browser: what Playwright's and puppeteer's have in common. */
export interface AnyPage {
  evaluate<T>(work: () => Promise<T>): Promise<T>;
}

/** One remote track, as parleyStats() on the meeting page tells in demo mode. */
export interface TrackStats {
  identity: string;
  source: string;
  kind: "audio" | "video";
  framesDecoded: number;
  width: number;
  height: number;
  packetsLost: number;
  audioLevel: number;
}

export interface MeetingStats {
  tracks: TrackStats[];
  connectMs: number;
  firstFrameMs: number;
}

declare global {
  interface Window {
    parleyStats?: () => MeetingStats | Promise<MeetingStats>;
  }
}

/** What the page knows of its remote tracks now; nothing before the meeting is on. */
export async function statsOf(page: AnyPage): Promise<MeetingStats | null> {
  return page.evaluate(async () => (window.parleyStats ? await window.parleyStats() : null));
}

const framesOf = (stats: MeetingStats | null): Map<string, number> =>
  new Map((stats?.tracks ?? []).filter((track) => track.kind === "video").map((track) => [track.identity, track.framesDecoded]));

/** Waits until the pictures of `others` people move on this page: their counts of decoded frames rise. Gives the counts. */
export async function expectPictures(page: AnyPage, others: number): Promise<Map<string, number>> {
  let before = new Map<string, number>();
  await expect
    .poll(
      async () => {
        const now = framesOf(await statsOf(page));
        if (before.size < others) {
          before = now;
          return 0;
        }
        return [...now].filter(([identity, frames]) => frames > (before.get(identity) ?? 0) + 5).length;
      },
      { message: `moving pictures of ${others} others`, timeout: 60_000, intervals: [100, 250] },
    )
    .toBe(others);
  return framesOf(await statsOf(page));
}

/** Waits until every one of `others` people has been heard on this page: the fake microphone beeps once a second. */
export async function expectVoices(page: AnyPage, others: number): Promise<void> {
  const heard = new Set<string>();
  await expect
    .poll(
      async () => {
        for (const track of (await statsOf(page))?.tracks ?? []) {
          if (track.kind === "audio" && track.audioLevel > 0) heard.add(track.identity);
        }
        return heard.size;
      },
      { message: `sound of ${others} others`, timeout: 60_000, intervals: [50] },
    )
    .toBe(others);
}

/** Waits until pictures go on from these counts without having started anew: the connection that carried them is still the same. */
export async function expectSameConnection(page: AnyPage, before: Map<string, number>): Promise<void> {
  await expect
    .poll(
      async () => {
        const now = framesOf(await statsOf(page));
        return [...before].filter(([identity, frames]) => (now.get(identity) ?? 0) > frames).length;
      },
      { message: "pictures going on where they were", timeout: 60_000, intervals: [100, 250] },
    )
    .toBe(before.size);
}

import type { Page } from "@playwright/test";

declare global {
  interface Window {
    connections?: RTCPeerConnection[];
  }
}

/** Remembers the connections that a page makes from now on, to count what comes in on them. Call it before the page is opened. */
export async function watchIncoming(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const made: RTCPeerConnection[] = (window.connections = []);
    window.RTCPeerConnection = class extends window.RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
  });
}

/** Media sections on which the node sends, or would send, a picture. */
export function pictureSections(page: Page): Promise<number> {
  return page.evaluate(() => {
    const open = (window.connections ?? []).filter((connection) => connection.signalingState !== "closed");
    const sections = open.flatMap((connection) => (connection.remoteDescription?.sdp ?? "").split("\nm=").slice(1));
    return sections.filter((section) => section.startsWith("video") && /^a=send(only|recv)\r?$/m.test(section)).length;
  });
}

/** Packets of each picture that have come in so far, by the browser's name for the stream. */
export function picturePackets(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const counts: Record<string, number> = {};
    for (const [n, connection] of (window.connections ?? []).entries()) {
      if (connection.signalingState === "closed") continue;
      for (const entry of (await connection.getStats()).values() as Iterable<Record<string, unknown> & { id: string; type: string }>) {
        if (entry.type === "inbound-rtp" && entry["kind"] === "video") counts[`${n} ${entry.id}`] = Number(entry["packetsReceived"] ?? 0);
      }
    }
    return counts;
  });
}

/** How many pictures come in: the counts of which grow within a second and a half. */
export async function picturesComing(page: Page): Promise<number> {
  const before = await picturePackets(page);
  await page.waitForTimeout(1500);
  return Object.entries(await picturePackets(page)).filter(([id, packets]) => packets > (before[id] ?? 0)).length;
}

import type { Page } from "@playwright/test";
import type { ForeignVisitor } from "./sdk";
import { until } from "./until";

/** Reads the room's name on the node out of the token that a page joins with. Call it before the page joins. */
export function watchRoomName(page: Page): () => Promise<string> {
  let name = "";
  page.on("websocket", (socket) => {
    const claims = new URL(socket.url()).searchParams.get("access_token")?.split(".")[1];
    if (claims) name = (JSON.parse(Buffer.from(claims, "base64url").toString()) as { video: { room: string } }).video.room;
  });
  return () => until("the room's name", async () => name || null, 60_000);
}

/** Lets one page join as many people, who all show a picture and receive nothing. */
export function showPictures(crowd: ForeignVisitor, url: string, tokens: readonly string[]): Promise<void> {
  return crowd.page.evaluate(
    async ([url, tokens]) => {
      const canvas = document.body.appendChild(document.createElement("canvas"));
      [canvas.width, canvas.height] = [160, 90];
      const pen = canvas.getContext("2d");
      let n = 0;
      setInterval(() => {
        if (!pen) return;
        pen.fillStyle = `hsl(${(n += 7)} 60% 50%)`;
        pen.fillRect(0, 0, 160, 90);
      }, 100);
      for (const token of tokens) {
        const one = new window.LivekitClient.Room();
        await one.connect(url, token, { autoSubscribe: false, peerConnectionTimeout: 60_000, websocketTimeout: 60_000 });
        const [track] = canvas.captureStream(10).getVideoTracks();
        if (track) await one.localParticipant.publishTrack(track, { source: window.LivekitClient.Track.Source.Camera, simulcast: false });
      }
    },
    [url, tokens] as const,
  );
}

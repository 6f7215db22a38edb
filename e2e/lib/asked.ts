import { SignalRequest, VideoQuality } from "@livekit/protocol";
import type { Page } from "@playwright/test";

/**
 * Reads which size of picture a page asks the node for, last of all. What comes in says less: a node that thinks the way
 * too narrow sends small pictures to who asks for large ones, and on a busy machine it thinks so. Call it before the page joins.
 */
export function watchAsked(page: Page): () => "large" | "small" | "nothing" {
  let asked: "large" | "small" | "nothing" = "nothing";
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (typeof payload === "string") return;
      const { message } = SignalRequest.fromBinary(payload);
      if (message.case !== "trackSetting" || message.value.disabled) return;
      const { height, quality } = message.value;
      asked = height > 180 || (height === 0 && quality !== VideoQuality.LOW) ? "large" : "small";
    }),
  );
  return () => asked;
}

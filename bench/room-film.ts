import type { Page } from "@playwright/test";

export interface Film {
  width: number;
  height: number;
  rate: number;
  seconds: number;
}

/** Has the browser draw and encode a short film, once for all who show it. Gives an IVF file with VP8. */
export async function drawFilm(page: Page, film: Film): Promise<Buffer> {
  const encoded = await page.evaluate(async ({ width, height, rate, seconds }) => {
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext("2d");
    const frames: Uint8Array[] = [];
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        frames.push(bytes);
      },
      error: (error) => {
        throw error;
      },
    });
    encoder.configure({ codec: "vp8", width, height, bitrate: 120_000, framerate: rate, latencyMode: "realtime" });
    for (let i = 0; i < rate * seconds && pen; i++) {
      const turn = (2 * Math.PI * i) / (rate * seconds);
      pen.fillStyle = "#2c4a3e";
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = "#e8c9a8";
      pen.beginPath();
      pen.ellipse(width / 2 + 14 * Math.sin(turn), height / 2 + 6 * Math.cos(turn), height / 5, height / 3.6, 0, 0, 7);
      pen.fill();
      const frame = new VideoFrame(canvas, { timestamp: (i * 1e6) / rate });
      encoder.encode(frame, { keyFrame: i === 0 });
      frame.close();
      while (encoder.encodeQueueSize > 4) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await encoder.flush();
    return frames.map((frame) => btoa(String.fromCharCode(...frame)));
  }, film);
  return ivf(film, encoded.map((frame) => Buffer.from(frame, "base64")));
}

function ivf({ width, height, rate }: Film, frames: Buffer[]): Buffer {
  const head = Buffer.alloc(32);
  head.write("DKIF", 0);
  head.writeUInt16LE(32, 6);
  head.write("VP80", 8);
  head.writeUInt16LE(width, 12);
  head.writeUInt16LE(height, 14);
  head.writeUInt32LE(rate, 16);
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(frames.length, 24);
  return Buffer.concat([
    head,
    ...frames.flatMap((frame, i) => {
      const before = Buffer.alloc(12);
      before.writeUInt32LE(frame.length, 0);
      before.writeBigUInt64LE(BigInt(i), 4);
      return [before, frame];
    }),
  ]);
}

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "@playwright/test";

/** How somebody in front of a camera is drawn. Colours are CSS. */
export interface Look {
  wall: string;
  shade: string;
  skin: string;
  hair: string;
  shirt: string;
  style: "short" | "long" | "curls" | "scarf";
  beard?: boolean;
  glasses?: boolean;
}

export const looks = {
  amara: { wall: "#c9a98b", shade: "#b8936f", skin: "#7a4a30", hair: "#2a1a14", shirt: "#e0a13a", style: "curls" },
  ingrid: { wall: "#dfe3d0", shade: "#c7cfb4", skin: "#f0cdb0", hair: "#d9a95a", shirt: "#7c3f56", style: "long", glasses: true },
  mateo: { wall: "#b9c4c2", shade: "#9fb0ae", skin: "#c98d63", hair: "#3a271d", shirt: "#3f6690", style: "short", beard: true },
  leila: { wall: "#e9dcc6", shade: "#d6c29f", skin: "#e2b48c", hair: "#2f7a63", shirt: "#2f7a63", style: "scarf" },
} satisfies Record<string, Look>;

const size = { width: 640, height: 360, rate: 30, frames: 30 };

/** Draws one frame of a loop and gives its I420 planes in base64. Runs in the page, so it stands on its own. */
function drawFrame([look, size, frame]: [Look, { width: number; height: number; frames: number }, number]): string {
  const { width: w, height: h } = size;
  const canvas = new OffscreenCanvas(w, h);
  const g = canvas.getContext("2d", { willReadFrequently: true });
  if (!g) throw new Error("no canvas");
  const turn = (frame / size.frames) * 2 * Math.PI;
  const fill = (colour: string, path: () => void) => {
    g.fillStyle = colour;
    g.beginPath();
    path();
    g.fill();
  };
  const oval = (colour: string, x: number, y: number, rx: number, ry: number) => fill(colour, () => g.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI));
  const box = (colour: string, x: number, y: number, bw: number, bh: number, r: number) => fill(colour, () => g.roundRect(x, y, bw, bh, r));

  // The room: a wall with light on it, a picture, a lamp, a plant.
  const light = g.createLinearGradient(0, 0, w, h);
  light.addColorStop(0, look.wall);
  light.addColorStop(1, look.shade);
  g.fillStyle = light;
  g.fillRect(0, 0, w, h);
  g.save();
  g.filter = "blur(5px)";
  box("#f7f4e8", w * 0.76, h * 0.08, w * 0.2, h * 0.42, 6);
  box("#bcd3cf", w * 0.775, h * 0.105, w * 0.17, h * 0.37, 4);
  oval("#8fae84", w * 0.86, h * 0.42, w * 0.06, h * 0.09);
  box(look.shade, w * 0.07, h * 0.14, w * 0.13, h * 0.28, 6);
  box("#f4efe1", w * 0.085, h * 0.165, w * 0.1, h * 0.23, 3);
  oval("#ce785d", w * 0.135, h * 0.28, w * 0.03, h * 0.055);
  fill("#5d7d58", () => {
    g.moveTo(w * 0.02, h);
    g.quadraticCurveTo(w * 0.04, h * 0.6, w * 0.13, h * 0.52);
    g.quadraticCurveTo(w * 0.12, h * 0.8, w * 0.08, h);
  });
  g.restore();

  const x = w / 2 + Math.sin(turn) * w * 0.006;
  const y = h * 0.45 + Math.sin(turn * 2) * h * 0.005;
  const head = h * 0.2;

  // Behind the head.
  if (look.style === "long") box(look.hair, x - head * 1.02, y - head * 1.05, head * 2.04, head * 2.7, head * 0.9);
  if (look.style === "curls") for (let i = 0; i < 12; i++) oval(look.hair, x + Math.cos(Math.PI + (i / 11) * Math.PI) * head * 1.05, y - head * 0.25 + Math.sin(Math.PI + (i / 11) * Math.PI) * head * 0.95, head * 0.48, head * 0.48);
  if (look.style === "scarf") oval(look.hair, x, y + head * 0.1, head * 1.2, head * 1.45);

  // Shoulders, neck, head.
  fill(look.shirt, () => {
    g.moveTo(x - head * 2.5, h);
    g.quadraticCurveTo(x - head * 2.3, y + head * 1.75, x - head * 0.7, y + head * 1.5);
    g.lineTo(x + head * 0.7, y + head * 1.5);
    g.quadraticCurveTo(x + head * 2.3, y + head * 1.75, x + head * 2.5, h);
  });
  if (look.style !== "scarf") {
    box(look.skin, x - head * 0.36, y + head * 0.6, head * 0.72, head * 1.15, head * 0.3);
    fill("rgba(0,0,0,.14)", () => g.ellipse(x, y + head * 0.98, head * 0.36, head * 0.2, 0, 0, 2 * Math.PI));
  } else {
    fill(look.hair, () => g.ellipse(x, y + head * 1.35, head * 0.9, head * 0.75, 0, 0, 2 * Math.PI));
  }
  oval(look.skin, x, y, head * 0.82, head * 1.02);
  if (look.style !== "scarf") {
    oval(look.skin, x - head * 0.84, y + head * 0.05, head * 0.13, head * 0.2);
    oval(look.skin, x + head * 0.84, y + head * 0.05, head * 0.13, head * 0.2);
  }
  if (look.beard) {
    fill(look.hair, () => {
      g.moveTo(x - head * 0.82, y + head * 0.12);
      g.bezierCurveTo(x - head * 0.85, y + head * 1.35, x + head * 0.85, y + head * 1.35, x + head * 0.82, y + head * 0.12);
      g.quadraticCurveTo(x + head * 0.5, y + head * 0.42, x, y + head * 0.3);
      g.quadraticCurveTo(x - head * 0.5, y + head * 0.42, x - head * 0.82, y + head * 0.12);
    });
  }

  // Hair over the brow.
  if (look.style === "short" || look.style === "long") {
    fill(look.hair, () => {
      g.moveTo(x - head * 0.9, y + head * 0.02);
      g.bezierCurveTo(x - head * 1.05, y - head * 1.4, x + head * 1.05, y - head * 1.45, x + head * 0.9, y + head * 0.02);
      g.quadraticCurveTo(x + head * 0.72, y - head * 0.55, x + head * 0.1, y - head * 0.62);
      g.quadraticCurveTo(x - head * 0.6, y - head * 0.6, x - head * 0.9, y + head * 0.02);
    });
  }
  if (look.style === "curls") fill(look.hair, () => g.ellipse(x, y - head * 0.82, head * 0.8, head * 0.34, 0, 0, 2 * Math.PI));
  if (look.style === "scarf") {
    g.strokeStyle = look.hair;
    g.lineWidth = head * 0.3;
    g.beginPath();
    g.ellipse(x, y, head * 0.86, head * 1.04, 0, 0, 2 * Math.PI);
    g.stroke();
  }

  // The face: eyes that blink, a mouth that talks.
  const blink = frame % size.frames < 4 ? 0.15 : 1;
  for (const side of [-1, 1]) {
    oval("#fffdf7", x + side * head * 0.32, y - head * 0.06, head * 0.14, head * 0.1 * blink);
    oval("#241812", x + side * head * 0.32, y - head * 0.06, head * 0.07, head * 0.085 * blink);
    g.strokeStyle = look.style === "scarf" ? "#4a3020" : look.hair;
    g.lineWidth = head * 0.07;
    g.lineCap = "round";
    g.beginPath();
    g.arc(x + side * head * 0.32, y - head * 0.06, head * 0.26, Math.PI * 1.27, Math.PI * 1.73);
    g.stroke();
    if (!look.beard) oval("rgba(214,110,90,.16)", x + side * head * 0.46, y + head * 0.26, head * 0.17, head * 0.11);
  }
  if (look.glasses) {
    g.strokeStyle = "#2b2b2b";
    g.lineWidth = head * 0.045;
    for (const side of [-1, 1]) {
      g.beginPath();
      g.ellipse(x + side * head * 0.32, y - head * 0.05, head * 0.25, head * 0.22, 0, 0, 2 * Math.PI);
      g.stroke();
    }
    g.beginPath();
    g.moveTo(x - head * 0.08, y - head * 0.06);
    g.lineTo(x + head * 0.08, y - head * 0.06);
    g.stroke();
  }
  g.strokeStyle = "rgba(0,0,0,.22)";
  g.lineWidth = head * 0.045;
  g.beginPath();
  g.arc(x, y + head * 0.16, head * 0.1, 0.25 * Math.PI, 0.85 * Math.PI);
  g.stroke();
  const talk = 0.5 + 0.5 * Math.abs(Math.sin(turn * 2));
  fill("#8d3b33", () => g.ellipse(x, y + head * 0.5, head * 0.25, head * 0.13 * talk, 0, 0, Math.PI));
  fill("#fffdf7", () => g.ellipse(x, y + head * 0.5, head * 0.21, head * 0.045 * talk, 0, 0, Math.PI));

  // RGBA to I420, BT.601, full range.
  const rgba = g.getImageData(0, 0, w, h).data;
  const planes = new Uint8Array((w * h * 3) / 2);
  const u0 = w * h;
  const v0 = u0 + u0 / 4;
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) {
      const i = (row * w + column) * 4;
      const [r, gr, b] = [rgba[i] ?? 0, rgba[i + 1] ?? 0, rgba[i + 2] ?? 0];
      planes[row * w + column] = 0.299 * r + 0.587 * gr + 0.114 * b;
      if ((row | column) & 1) continue;
      const j = (row >> 1) * (w >> 1) + (column >> 1);
      planes[u0 + j] = 128 - 0.168736 * r - 0.331264 * gr + 0.5 * b;
      planes[v0 + j] = 128 + 0.5 * r - 0.418688 * gr - 0.081312 * b;
    }
  }
  let text = "";
  for (let i = 0; i < planes.length; i += 0x8000) text += String.fromCharCode(...planes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** Writes a loop of one second at 30 frames a second that Chromium takes as a camera; gives its path. */
export async function cameraFile(browser: Browser, look: Look): Promise<string> {
  const page = await browser.newPage();
  const frames: Buffer[] = [Buffer.from(`YUV4MPEG2 W${size.width} H${size.height} F${size.rate}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < size.frames; frame++) {
    frames.push(Buffer.from("FRAME\n"), Buffer.from(await page.evaluate(drawFrame, [look, size, frame] as [Look, typeof size, number]), "base64"));
  }
  await page.close();
  const path = join(await mkdtemp(join(tmpdir(), "parley-camera-")), "person.y4m");
  await writeFile(path, Buffer.concat(frames));
  return path;
}

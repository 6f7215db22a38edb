import { expect } from "@playwright/test";
import type { Person } from "./person";
import { type TrackStats, statsOf } from "./stats";

/** The title of the tab that is shared. */
export const slides = "Slides to look at";

/** A page with something that moves, in a tab beside the meeting: what is shared. */
export async function openSlides(one: Person): Promise<void> {
  const tab = await one.context.newPage();
  await tab.setContent(`<title>${slides}</title><body style="margin:0;background:#fff;font:700 96px sans-serif"><p>Kitchen plan, sheet 4</p><p id="n">0</p>`);
  await tab.evaluate(() => {
    let n = 0;
    setInterval(() => {
      const at = document.getElementById("n");
      if (at) at.textContent = String(++n);
    }, 100);
  });
  await one.page.bringToFront();
}

const screenOn = async (one: Person): Promise<TrackStats | undefined> =>
  (await statsOf(one.page))?.tracks.find((track) => track.source === "screen_share" && track.kind === "video");

/** Waits until somebody's screen moves on this page. */
export async function expectScreen(one: Person): Promise<void> {
  let before = Infinity;
  await expect
    .poll(
      async () => {
        const now = (await screenOn(one))?.framesDecoded ?? 0;
        const moved = now > before + 3;
        before = Math.min(before, now);
        return moved;
      },
      { message: `a moving screen for ${one.name}`, timeout: 60_000 },
    )
    .toBe(true);
}

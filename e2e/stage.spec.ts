import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";
import { type TrackStats, expectPictures, statsOf } from "./lib/stats";

const patient = { timeout: 60_000 };
const slides = "Slides to look at";

/** A page with something that moves, in a tab beside the meeting: what is shared. */
async function openSlides(one: Person): Promise<void> {
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
async function expectScreen(one: Person): Promise<void> {
  let before = Infinity;
  await expect
    .poll(
      async () => {
        const now = (await screenOn(one))?.framesDecoded ?? 0;
        const moved = now > before + 3;
        before = Math.min(before, now);
        return moved;
      },
      { message: `a moving screen for ${one.name}`, ...patient },
    )
    .toBe(true);
}

test("three people with a screen", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann", { shares: slides });
  await ann.signUp(account("Shared Screens"));
  const link = await ann.openRoom();
  await ann.join(link);
  const [ben, cleo] = [await person("Ben"), await person("Cleo")];
  await ben.join(link);
  await cleo.join(link);
  await expectPictures(ben.page, 2);

  await openSlides(ann);
  await ann.button("Share").click();
  await expect(ann.page.getByText("You are sharing a tab")).toBeVisible(patient);
  for (const one of [ben, cleo]) {
    await expect(one.page.getByText("Ann is sharing", { exact: true })).toBeVisible(patient);
    await expectScreen(one);
  }
});

test("a screen in an encrypted meeting is seen by who has the key", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann", { shares: slides });
  await ann.signUp(account("Sealed Screens"));
  const { home, page } = ann;
  await page.goto(`${home}/policies`);
  await page.getByRole("group", { name: "End-to-end encryption" }).getByRole("radio", { name: /^Required/ }).check();
  await page.getByRole("button", { name: "Save policies" }).click();
  await expect(page.getByText("The policies are saved")).toBeVisible(patient);
  await page.goto(home);
  const link = await ann.openRoom();
  await ann.join(link);
  const ben = await person("Ben");
  await ben.join(link);
  await expectPictures(ben.page, 1);

  await openSlides(ann);
  await ann.button("Share").click();
  await expect(ann.page.getByText("You are sharing a tab")).toBeVisible(patient);
  await expect(ben.page.getByText("Ann is sharing", { exact: true })).toBeVisible(patient);
  await expect(ben.button("Encrypted")).toBeVisible(patient);
  await expectScreen(ben);
  await expect(ben.page.locator(".tile-share.is-large.has-picture")).toBeVisible(patient);

  // Who comes later gets the key and the screen; and when the sharing ends, the tile goes.
  await ben.page.reload();
  await ben.expectInMeeting();
  await expectScreen(ben);
  await ann.page.bringToFront();
  await ann.button("Stop sharing").last().click();
  await expect(ben.page.getByText("Ann is sharing", { exact: true })).toBeHidden(patient);
});

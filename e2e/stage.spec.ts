import type { Page } from "@playwright/test";
import { account } from "./lib/accounts";
import { judge, settled } from "./lib/axe";
import { expect, test } from "./lib/fixtures";
import { picturesComing, watchIncoming } from "./lib/incoming";
import type { Person } from "./lib/person";
import { expectScreen, openSlides, slides } from "./lib/slides";
import { expectPictures } from "./lib/stats";

const patient = { timeout: 60_000 };
/** Watches the tiles until the voices have changed so often, and gives how often one of them was moved meanwhile. Runs in the page. */
const movesWhileVoicesChange = (changes: number): Promise<number> =>
  new Promise((resolve) => {
    let [voices, moves] = [0, 0];
    const at = new Map([...document.querySelectorAll<HTMLElement>(".m-tiles .tile")].map((tile) => [tile, tile.style.cssText + tile.classList.contains("is-speaking")]));
    const observer = new MutationObserver((all) => {
      for (const { target, attributeName } of all) {
        const tile = target as HTMLElement;
        if (!at.has(tile)) continue;
        const now = tile.style.cssText + tile.classList.contains("is-speaking");
        if (now === at.get(tile)) continue;
        at.set(tile, now);
        attributeName === "style" ? moves++ : voices++;
      }
      if (voices < changes) return;
      observer.disconnect();
      resolve(moves);
    });
    observer.observe(document.querySelector(".m-tiles") ?? document.body, { subtree: true, attributes: true, attributeFilter: ["style", "class"] });
  });

/** What axe finds on a page: nothing. */
async function expectNoFault(page: Page): Promise<void> {
  await settled(page);
  expect((await judge(page).analyze()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(" | ")}`)).toEqual([]);
}

/** How near the large screen is looked at, in percent. */
const nearness = async (one: Person): Promise<number> => parseInt(await one.page.locator(".tile-share.is-large .share-nearness").innerText(), 10);

/** Takes a line of the menu of views, or of More. */
async function choose(one: Person, menu: "View" | "More", name: string): Promise<void> {
  await (menu === "View" ? one.page.locator(".m-view") : one.button("More")).click();
  await one.page.getByRole("menu").getByText(name, { exact: true }).click();
}

test("three people with screens", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann", { shares: slides });
  await ann.signUp(account("Shared Screens"));
  const link = await ann.openRoom();
  await ann.join(link);
  const [ben, cleo] = [await person("Ben"), await person("Cleo", { shares: slides })];
  await watchIncoming(ben.page);
  await cleo.page.addInitScript(() => Object.defineProperty(window, "documentPictureInPicture", { value: undefined })); // as in Safari
  await ben.join(link);
  await cleo.join(link);
  await expectPictures(ben.page, 2);

  await test.step("tiles stay where they are, whoever speaks", async () => {
    expect(await ben.page.evaluate(movesWhileVoicesChange, 6)).toBe(0);
    const sliding = () => ben.tile("Ann").evaluate((tile) => getComputedStyle(tile).transitionProperty);
    expect(await sliding(), "nothing slides for who wants no movement").toBe("none");
    await ben.page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await sliding()).toContain("transform");
    await ben.page.emulateMedia({ reducedMotion: "reduce" });
  });

  await test.step("one's own picture can be hidden from oneself, and shown as others see it", async () => {
    await expect(ben.tiles().locator("video.is-mirrored")).toHaveCount(1, patient);
    await choose(ben, "View", "Mirror it for you");
    await expect(ben.tiles().locator("video.is-mirrored")).toHaveCount(0, patient);
    await choose(ben, "View", "Hide it from you");
    await expect(ben.tiles()).toHaveCount(2, patient);
    await expect(ben.tile("You")).toHaveCount(0);
    await expect(ann.tile("Ben")).toHaveClass(/has-picture/);
    await choose(ben, "View", "Hide it from you");
    await expect(ben.tile("You")).toBeVisible(patient);
  });

  await openSlides(ann);
  await ann.button("Share").click();
  await expect(ann.page.getByRole("region", { name: "Your screen" }).getByText("You are sharing a tab")).toBeVisible(patient);
  for (const one of [ben, cleo]) {
    await expect(one.page.getByText("Ann is sharing", { exact: true })).toBeVisible(patient);
    await expectScreen(one);
  }
  const large = ben.page.locator(".tile-share.is-large");

  await test.step("a screen is looked at from near, by wheel and by keys", async () => {
    const before = await nearness(ben);
    await large.hover();
    await ben.page.mouse.wheel(0, -200);
    await expect.poll(() => nearness(ben), patient).toBeGreaterThan(before);
    const once = await nearness(ben);
    await ben.page.mouse.wheel(0, -200);
    await expect.poll(() => nearness(ben), { message: "the wheel goes on coming nearer", ...patient }).toBeGreaterThan(once);
    await large.getByRole("group").focus();
    for (const [key, percent] of [["0", 100], ["+", 150], ["-", 100]] as const) {
      await ben.page.keyboard.press(key);
      await expect.poll(() => nearness(ben), { message: key, ...patient }).toBe(percent);
    }
    await large.getByRole("button", { name: "Zoom in" }).click();
    await large.getByRole("button", { name: "Show all of it" }).click();
    expect(await nearness(ben)).toBe(100);
  });

  await test.step("a screen fills the full screen, and the controls are there all the same", async () => {
    const full = () => ben.page.evaluate(() => document.fullscreenElement?.tagName ?? "none");
    await large.hover();
    await large.getByRole("button", { name: "Full screen" }).click();
    await expect.poll(full, patient).toBe("HTML");
    await expect(ben.tiles()).toHaveCount(1, patient);
    await expectNoFault(ben.page);
    await ben.page.mouse.move(300, 300);
    await ben.button("Mute").click();
    await expect(ben.button("Unmute")).toBeVisible(patient);
    await ben.button("Unmute").click();
    await ben.page.keyboard.press("?");
    const keys = ben.page.getByRole("dialog");
    await expect(keys).toBeVisible(patient);
    expect(await keys.evaluate((dialog) => dialog.contains(document.elementFromPoint(innerWidth / 2, innerHeight / 2)))).toBe(true);
    await keys.getByRole("button", { name: "Done" }).click();
    await ben.page.evaluate(() => document.exitFullscreen()); // what the browser does at Escape
    await expect.poll(full, patient).toBe("none");
    await expect(ben.tiles()).toHaveCount(4, patient);
  });

  await test.step("two screens at once: the newest is large, and a press chooses the other", async () => {
    await cleo.page.bringToFront();
    await cleo.button("Share").click();
    await expect(cleo.page.getByRole("region", { name: "Your screen" }).getByText("You are sharing a tab")).toBeVisible(patient);
    await expect(large).toContainText("Cleo is sharing", patient);
    await ben.page.locator(".tile-share:not(.is-large)").click();
    await expect(large).toContainText("Ann is sharing", patient);
    await expect(ben.page.locator(".tile-share.has-picture")).toHaveCount(2, patient);
  });

  await test.step("the small window shows the same, and its buttons act", async () => {
    const opened = ben.context.waitForEvent("page");
    await choose(ben, "More", "Small window over all others");
    const small = await opened;
    await small.setViewportSize({ width: 380, height: 420 });
    await expect(small.locator(".tile-share.is-large.has-picture")).toBeVisible(patient);
    await expect(small.locator(".tile:not(.tile-share)").first()).toBeVisible(patient);
    await expectNoFault(small);
    await small.getByRole("button", { name: "Mute", exact: true }).click();
    await expect(ben.button("Unmute")).toBeVisible(patient);
    await small.getByRole("button", { name: "Unmute", exact: true }).click();
    const stage = ben.page.locator(".m-tiles-box");
    await stage.evaluate((tiles) => tiles.style.setProperty("display", "none")); // as behind other windows
    await expect.poll(() => picturesComing(ben.page), { message: "pictures for the small window alone", ...patient }).toBeGreaterThan(0);
    await small.getByRole("button", { name: "Close the small window" }).click();
    await expect.poll(() => small.isClosed(), patient).toBe(true);
    await expect.poll(() => picturesComing(ben.page), { message: "no picture for a window that is closed", ...patient }).toBe(0);
    await stage.evaluate((tiles) => tiles.style.removeProperty("display"));
    await expect(large.and(ben.page.locator(".has-picture"))).toBeVisible(patient);
    await ben.button("More").click();
    await expect(ben.page.getByRole("menuitem", { name: "Small window over all others" })).toBeVisible(patient);
    await ben.page.keyboard.press("Escape");
  });

  await test.step("where only single pictures float, it is the one that matters now", async () => {
    const floats = () => cleo.page.evaluate(() => {
      const video = document.pictureInPictureElement as HTMLVideoElement | null;
      const [track] = (video?.srcObject as MediaStream | null)?.getVideoTracks() ?? [];
      const tile = [...document.querySelectorAll<HTMLElement>(".m-tiles .tile")].find((one) => (one.querySelector("video")?.srcObject as MediaStream | null)?.getVideoTracks()[0] === track);
      return video && video.videoWidth > 0 ? (tile?.innerText.trim().replace(/\s+/g, " ") ?? "a picture of nobody here") : "nothing";
    });
    await cleo.page.bringToFront();
    await choose(cleo, "More", "Small window over all others");
    await expect.poll(floats, patient).toContain("Ann is sharing");
    await cleo.tile("Ben").hover();
    await cleo.button("Show Ben large").click();
    await expect.poll(floats, { message: "it follows what is wanted large", ...patient }).toMatch(/^Ben/);
    await choose(cleo, "More", "Close the small window");
    await expect.poll(floats, patient).toBe("nothing");
    await cleo.page.evaluate(() => Object.defineProperty(document, "pictureInPictureEnabled", { value: false }));
    await cleo.button("More").click();
    await expect(cleo.page.getByRole("menuitem", { name: "Full screen" })).toBeVisible(patient);
    await expect(cleo.page.getByRole("menuitem", { name: /small window/i }), "nothing is offered that cannot be").toHaveCount(0);
    await cleo.page.keyboard.press("Escape");
  });

  await test.step("a screen that is chosen and ends gives its place to the other", async () => {
    await ann.page.bringToFront();
    await ann.button("Stop sharing").last().click();
    await expect(large).toContainText("Cleo is sharing", patient);
    await expect(ben.page.locator(".tile-share")).toHaveCount(1);
  });
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
  await expect(ann.page.getByRole("region", { name: "Your screen" }).getByText("You are sharing a tab")).toBeVisible(patient);
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

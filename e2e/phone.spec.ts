import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CDPSession } from "@playwright/test";
import { account } from "./lib/accounts";
import { settled } from "./lib/axe";
import { expect, test } from "./lib/fixtures";
import { root } from "./lib/paths";
import type { Person } from "./lib/person";
import { openSlides, slides } from "./lib/slides";
import { expectPictures } from "./lib/stats";

const patient = { timeout: 60_000 };
const folder = join(root, "e2e", "screenshots");

const phone = { width: 390, height: 844 };
const sizes = {
  phone,
  smallest: { width: 320, height: 640 },
  aside: { width: 844, height: 390 },
  tablet: { width: 820, height: 1180 },
};

/** What is wrong with how the room stands in the window: nothing wider than it, every control inside it, none on another. Runs in the page. */
function faults(insets: { top: number; bottom: number }): string[] {
  const found: string[] = [];
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const wide = [document.documentElement, document.body, ...document.querySelectorAll(".meeting, .m-top, .m-bar, .m-stage, .m-people:not([hidden]), .m-menu:not([hidden])")];
  for (const part of wide) if (part.scrollWidth > part.clientWidth) found.push(`${part.className || part.tagName} is ${part.scrollWidth} wide in ${part.clientWidth}`);
  const bare = (element: Element) => element.getClientRects().length > 0 && element.closest("[inert]") === null;
  const boxes = [...document.querySelectorAll<HTMLElement>(".m-bar button:not(.m-menu-item), .m-top button, .m-people:not([hidden]) .m-people-head button")]
    .filter(bare)
    .map((button) => ({ name: button.getAttribute("aria-label") ?? button.textContent, box: button.getBoundingClientRect() }));
  boxes.forEach(({ name, box }, i) => {
    if (box.left < 0 || box.right > width || box.top < insets.top || box.bottom > height - insets.bottom) found.push(`${name} is outside: ${Math.round(box.left)}…${Math.round(box.right)} by ${Math.round(box.top)}…${Math.round(box.bottom)}`);
    if (box.width < 24 || box.height < 30) found.push(`${name} is ${Math.round(box.width)} by ${Math.round(box.height)}: too small for a thumb`);
    for (const other of boxes.slice(i + 1)) {
      const apart = box.right <= other.box.left + 0.5 || other.box.right <= box.left + 0.5 || box.bottom <= other.box.top + 0.5 || other.box.bottom <= box.top + 0.5;
      if (!apart) found.push(`${name} lies on ${other.name}`);
    }
  });
  const bar = document.querySelector(".m-bar")?.getBoundingClientRect();
  if (!bar || bar.bottom < height - insets.bottom - 1 || bar.height > 100) found.push("the controls are not where the thumb is");
  return found;
}

/** Says nothing when all is well; waits while things move. */
async function expectToFit(one: Person, what: string, insets = { top: 0, bottom: 0 }): Promise<void> {
  await expect.poll(() => one.page.evaluate(faults, insets), { message: what, ...patient }).toEqual([]);
}

const picture = (one: Person, name: string) => one.page.screenshot({ path: join(folder, `${name}.png`) });

/** Presses a button of the bar, or its line under More where the bar has no room for it. */
async function tap(one: Person, name: string): Promise<void> {
  if (await one.button(name).isVisible()) return one.button(name).tap();
  await one.button("More").tap();
  await one.page.getByRole("menuitem", { name, exact: true }).tap();
}

/** Fingers on the glass, as the browser gets them from the device. */
class Hand {
  constructor(private readonly devtools: CDPSession) {}

  /** When the last touch was, in seconds: a busy machine is slow to tell of touches that were quick. */
  private at = Date.now() / 1000;

  private touch(type: "touchStart" | "touchMove" | "touchEnd", points: readonly { x: number; y: number }[]): Promise<unknown> {
    this.at += 0.02;
    return this.devtools.send("Input.dispatchTouchEvent", { type, timestamp: this.at, touchPoints: points.map((point, id) => ({ ...point, id })) });
  }

  private async path(steps: readonly (readonly { x: number; y: number }[])[]): Promise<void> {
    for (const [i, points] of steps.entries()) await this.touch(i === 0 ? "touchStart" : "touchMove", points);
    await this.touch("touchEnd", []);
  }

  /** Two fingers, each so far from the middle at first and in the end. */
  spreads(middle: { x: number; y: number }, from: number, to: number): Promise<void> {
    const apart = Array.from({ length: 9 }, (_, i) => from + ((to - from) * i) / 8);
    return this.path(apart.map((far) => [{ x: middle.x - far, y: middle.y }, { x: middle.x + far, y: middle.y }]));
  }

  /** One finger that goes so far. */
  moves(from: { x: number; y: number }, by: { x: number; y: number }): Promise<void> {
    return this.path(Array.from({ length: 6 }, (_, i) => [{ x: from.x + (by.x * i) / 5, y: from.y + (by.y * i) / 5 }]));
  }

  async tapsTwice(at: { x: number; y: number }): Promise<void> {
    await this.path([[at]]);
    await this.path([[at]]);
  }
}

test("a meeting on a phone, upright and on its side, and on a tablet", async ({ person }) => {
  test.setTimeout(420_000);
  await mkdir(folder, { recursive: true });
  const ann = await person("Ann", { touch: true });
  const { page } = ann;
  await page.addInitScript(() => {
    if (!("wakeLock" in navigator)) return;
    const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = (kind) => {
      document.documentElement.dataset["awake"] = kind;
      return ask(kind);
    };
  });
  await page.setViewportSize(phone);
  await ann.signUp(account("Pocket Friends"));
  const link = await ann.openRoom();
  await ann.join(link);
  await expect(page.locator("html")).toHaveAttribute("data-awake", "screen", patient); // asked to stay on
  const [ben, cleo] = [await person("Ben"), await person("Cleopatra of the Northern Suppliers")];
  await ben.join(link);
  await cleo.join(link);
  await expectPictures(page, 2);
  await page.evaluate(() => (document.documentElement.dataset["stays"] = "yes"));

  for (const [name, viewport] of Object.entries(sizes)) {
    await test.step(`${name}, ${viewport.width} by ${viewport.height}`, async () => {
      await page.setViewportSize(viewport);
      await expectToFit(ann, name);
      await expect(ann.tiles()).toHaveCount(3, patient);
      await picture(ann, `60-${name}`);
      await ann.button("More").tap();
      await expect(page.getByRole("menu")).toBeVisible(patient);
      await expectToFit(ann, `${name}, More`);
      await picture(ann, `60-${name}-more`);
      await page.keyboard.press("Escape");
      if (name === "phone" || name === "tablet") return; // panels have more room there than on the others
      for (const panel of ["People", "Chat", "React", "Host tools"]) {
        await tap(ann, panel);
        const open = page.getByRole("complementary", { name: panel });
        await expect(open).toBeVisible(patient);
        await expect(open.locator("[aria-busy=true]")).toHaveCount(0, patient);
        await expectToFit(ann, `${name}, ${panel}`);
        await picture(ann, `60-${name}-${panel.toLowerCase().replace(" ", "-")}`);
        await open.getByRole("button", { name: /^Close/ }).first().tap();
        await expect(open).toBeHidden(patient);
      }
    });
  }

  await test.step("what has no room stands under More", async () => {
    await page.setViewportSize(sizes.smallest);
    for (const name of ["Mute", "Stop video", "React", "Chat", "More", "Leave"]) await expect(ann.button(name)).toBeVisible(patient);
    await ann.button("More").tap();
    for (const name of ["Share", "Raise hand", "People", "Host tools"]) await expect(page.getByRole("menuitem", { name, exact: true })).toBeVisible(patient);
    await page.getByRole("menuitem", { name: "Raise hand", exact: true }).tap();
    await expect(ben.page.getByRole("status").getByText("Ann raised a hand")).toBeAttached(patient);
  });

  await test.step("a notch and the line to swipe along stay free", async () => {
    await page.setViewportSize(phone);
    const insets = { top: 47, bottom: 34 };
    const devtools: CDPSession = await ann.context.newCDPSession(page);
    await devtools.send("Emulation.setSafeAreaInsetsOverride", { insets });
    await expectToFit(ann, "with a notch", insets);
    await tap(ann, "People");
    await expectToFit(ann, "People, with a notch", insets);
    await picture(ann, "60-notch-people");
  });

  // All of it in one meeting: no page was loaded anew, and the pictures still come.
  await expect(page.locator("html")).toHaveAttribute("data-stays", "yes");
  await expectPictures(page, 2);
});

test("a shared screen is looked at from near with two fingers, and the page stays as large as it is", async ({ person }) => {
  test.setTimeout(420_000);
  await mkdir(folder, { recursive: true });
  const [ben, ann] = [await person("Ben", { shares: slides }), await person("Ann", { touch: true })];
  const { page } = ann;
  await ben.signUp(account("Pocket Slides"));
  const link = await ben.openRoom();
  await ben.join(link);
  await page.setViewportSize(phone);
  await openSlides(ben);
  await ben.button("Share").click();
  await ann.join(link);
  const large = page.locator(".tile-share.is-large.has-picture");
  await expect(large).toBeVisible(patient);
  await settled(page);
  await expectToFit(ann, "with a screen");
  await picture(ann, "60-phone-share");
  const box = await large.boundingBox();
  if (!box) throw new Error("the screen has no place");
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const hand = new Hand(await ann.context.newCDPSession(page));
  const near = async () => parseInt((await large.locator(".share-nearness").textContent()) ?? "", 10);
  const at = () => large.locator("video").evaluate((video) => new DOMMatrix(getComputedStyle(video).transform).e);

  await hand.spreads(middle, 20, 70);
  await expect.poll(near, patient).toBeGreaterThan(200);
  const before = await at();
  await hand.moves(middle, { x: -50, y: 0 });
  await expect.poll(async () => Math.round(before - (await at())), { message: "what is seen goes with the finger", ...patient }).toBe(50);
  await picture(ann, "60-phone-share-near");
  await hand.spreads(middle, 90, 10);
  await expect.poll(near, patient).toBe(100);
  for (const percent of [200, 100]) {
    await hand.tapsTwice(middle);
    await expect.poll(near, { message: "two taps", ...patient }).toBe(percent);
  }
  expect(await page.evaluate(() => [window.visualViewport?.scale, window.scrollX, window.scrollY])).toEqual([1, 0, 0]);
  await ann.button("Mute").tap();
  await expect(ann.button("Unmute")).toBeVisible(patient);
  await ann.button("Unmute").tap();
});

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CDPSession } from "@playwright/test";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { root } from "./lib/paths";
import type { Person } from "./lib/person";
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

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { account } from "./lib/accounts";
import { behindBox, only, type BehindBox } from "./lib/behind";
import { farSide } from "./lib/box";
import { expect, test as base } from "./lib/fixtures";
import { Person } from "./lib/person";

// A guest at the lobby checks their network. A box stands between the browser and the media, and blocks what a test says.

const test = base.extend<{ behind: BehindBox; guest: Person }>({
  behind: async ({}, use, info) => {
    const behind = await behindBox(farSide);
    await use(behind);
    if (info.errors.length > 0) await info.attach("parley.log", { body: behind.parley.log, contentType: "text/plain" });
    await behind.stop();
  },
  guest: async ({ behind }, use) => {
    const baseURL = `http://${farSide}:${behind.parley.port}`;
    const context = await behind.browser.newContext({ baseURL, viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    const guest = await Person.arrive("Gil Marsh", context);
    await use(guest);
    expect(guest.violations).toEqual([]);
    await context.close();
  },
});

/** Opens the lobby of a room that somebody else has made. */
async function toLobby({ behind, guest }: { behind: BehindBox; guest: Person }): Promise<string> {
  const ann = await Person.arrive("Ann Lindqvist", await behind.browser.newContext({ baseURL: `http://${farSide}:${behind.parley.port}` }));
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  await ann.context.close();
  await guest.page.goto(link);
  return link;
}

/** Checks to the end, and gives what came of each way. A busy machine gets its time: a way that is open must not count as blocked. */
async function check(page: Page): Promise<Record<string, string>> {
  const button = page.getByRole("button", { name: "Check your network" });
  await button.evaluate((element: HTMLElement) => (element.dataset["patience"] = "60"));
  await button.click();
  const sheet = page.getByRole("dialog", { name: "Your network" });
  await expect(sheet.getByRole("button", { name: "Check again" })).toBeEnabled({ timeout: 100_000 });
  const rows = await sheet.locator("[data-way]").evaluateAll((all) => (all as HTMLElement[]).map((one) => [one.dataset["way"], one.dataset["outcome"]]));
  return Object.fromEntries(rows) as Record<string, string>;
}

const noFaults = async (page: Page) =>
  expect((await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).setLegacyMode().analyze()).violations).toEqual([]);

test("an open network is good by every way, and the page for IT people shows what was found", async ({ behind, guest }) => {
  test.setTimeout(240_000);
  const { page } = guest;
  await toLobby({ behind, guest });
  expect(await check(page)).toEqual({ udp: "works", tcp: "works", relay_udp: "works", relay_tcp: "works", relay_tls: "works" });
  const sheet = page.getByRole("dialog", { name: "Your network" });
  await expect(sheet.getByText("Your network is open for meetings")).toBeVisible();
  // On a busy machine one or the other may take longer than anybody would wait for it.
  expect(await sheet.getByText(/Mbit\/s/).count()).toBeGreaterThan(0);
  expect(await sheet.getByText(/ms there and back/).count()).toBeGreaterThan(0);
  await noFaults(page);

  const opened = guest.context.waitForEvent("page");
  await sheet.getByRole("link", { name: "The page for your IT people" }).click();
  const it = await opened;
  await expect(it.getByRole("heading", { name: "Your network and Parley" })).toBeVisible();
  const port = String(behind.parley.mediaPort);
  for (const words of [`UDP ${port}`, `TCP ${port}`, `UDP ${behind.turn}`, `TCP ${behind.turn}`, `TLS, TCP ${behind.turnTLS}`]) {
    await expect(it.getByRole("row").filter({ hasText: words }).filter({ hasText: farSide })).toHaveCount(1);
  }
  await expect(it.locator("[data-report]")).toContainText(`Directly, over UDP (${farSide}:${port}): Works`);
  await noFaults(it);

  await sheet.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("button", { name: "Check your network" })).toBeFocused();
  await guest.enter(); // one seat of the meeting is theirs, and nobody else is there
  await expect(guest.tiles()).toHaveCount(1);
});

test("a network that blocks UDP is told so, and meets over TCP", async ({ behind, guest }) => {
  test.setTimeout(240_000);
  await toLobby({ behind, guest });
  only(behind, { tcp: behind.parley.mediaPort });
  expect(await check(guest.page)).toEqual({ udp: "blocked", tcp: "works", relay_udp: "blocked", relay_tcp: "blocked", relay_tls: "blocked" });
  await expect(guest.page.getByText("Your network blocks UDP. Parley takes TCP instead: pictures may stutter")).toBeVisible();
});

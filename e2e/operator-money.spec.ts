import { join } from "node:path";
import type { Page } from "@playwright/test";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { root } from "./lib/paths";

// The demo's operator; parley prints them at its start.
const operator = { email: "dele@parley.example", password: "keys on the hook by nine" };

const ad = (page: Page) => page.getByTestId("ad");

test("an operator makes a plan version, a campaign and a pack, and sees the money", async ({ person }) => {
  test.setTimeout(420_000);
  const dele = await person("Dele");
  const ops = dele.page;

  await test.step("the operator signs in", async () => {
    await ops.goto("/operator/plans");
    await ops.getByLabel("E-mail").fill(operator.email);
    await ops.getByLabel("Password").fill(operator.password);
    await ops.getByRole("button", { name: "Sign in" }).click();
    await expect(ops.getByRole("heading", { name: "Plans and prices", level: 1 })).toBeVisible();
  });

  await test.step("they make a version of Pro, having seen what it changes", async () => {
    await ops.goto("/operator/plans/pro/version");
    const monthly = ops.getByLabel("A seat a month");
    await monthly.fill("a lot");
    await ops.getByRole("button", { name: "See what it changes" }).click();
    await expect(ops.getByText("An amount like 12.99.")).toBeVisible();
    await expect(monthly, "what was typed stays").toHaveValue("a lot");
    await monthly.fill("14.99");
    await ops.getByLabel("People in a meeting").fill("175");
    await ops.getByLabel("Trial, in days").fill("0");
    await ops.getByRole("button", { name: "See what it changes" }).click();
    const changes = ops.getByTestId("plan-change");
    await expect(changes.filter({ hasText: "A seat a month" })).toContainText("$14.99");
    await expect(changes.filter({ hasText: "People in a meeting" })).toContainText("175");
    await ops.getByRole("button", { name: /^Make and sell version/ }).click();
    await expect(ops.getByRole("status").filter({ hasText: "sold from now on" })).toBeVisible();
    await expect(ops.getByTestId("plan-version").filter({ hasText: "Sold now" })).toContainText("$14.99");
  });

  await test.step("they make a pack of stickers and put it into the shop", async () => {
    await ops.goto("/operator/packs");
    await ops.getByLabel("Name", { exact: true }).fill("Rainy day");
    await ops.getByLabel("Price in US dollars").fill("1.49");
    await ops.getByRole("button", { name: "Make pack" }).click();
    await expect(ops.getByRole("heading", { name: "Rainy day", level: 1 })).toBeVisible();
    await ops.getByLabel("Name in addresses").fill("drop");
    await ops.getByLabel("What it shows").fill("A drop");
    const drop = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><circle cx="80" cy="80" r="60" fill="#34729b"/></svg>';
    await ops.locator('input[name="picture"]').setInputFiles({ name: "drop.svg", mimeType: "image/svg+xml", buffer: Buffer.from(drop) });
    await ops.getByRole("button", { name: "Add sticker" }).click();
    await expect(ops.getByRole("img", { name: "A drop" })).toBeVisible();
    await ops.getByRole("button", { name: "Put into the shop" }).click();
    await expect(ops.getByRole("button", { name: "Withdraw from the shop" })).toBeVisible();
  });

  const ann = await person("Ann");
  const { page } = ann;
  await test.step("an organization is told", async () => {
    await ops.goto("/operator/announcements/new");
    await ops.getByLabel("In English").fill("Pro now holds 175 people.");
    await ops.getByLabel("In German").fill("Pro fasst jetzt 175 Leute.");
    await ops.getByRole("button", { name: "Save", exact: true }).click();
    await expect(ops.getByTestId("announcement-line")).toContainText("Shown now");

    await ann.signUp(account("Orchard"));
    await page.goto(ann.home);
    const told = page.getByRole("region", { name: "Announcement" });
    await expect(told).toContainText("Pro now holds 175 people.");
    await told.getByRole("button", { name: "Put this away" }).click();
    await expect(told).toBeHidden();
  });
  const home = ann.home;

  await test.step("they make a campaign, look at it, and start it", async () => {
    await ops.goto("/operator/campaigns/new");
    for (const [field, value] of [
      ["Advertiser", "Rill Rain Barrels"],
      ["Title", "A barrel under every spout"],
      ["Text", "Delivered by bicycle, empty."],
      ["Link", "https://rill.example/barrels"],
      ["What the picture shows", "A cup of coffee beside a bag of beans"],
      ["Impressions bought", "500"],
      ["Weight", "100"],
    ] as const) {
      await ops.getByLabel(field, { exact: true }).fill(value);
    }
    await ops.locator('input[name="picture"]').setInputFiles(join(root, "billing", "ads", "demo", "coffee.png"));
    await ops.getByRole("button", { name: "Look at it first" }).click();
    await expect(ad(ops)).toHaveCount(3);
    await ops.getByRole("button", { name: "Save", exact: true }).click();
    await expect(ops.getByRole("heading", { name: "A barrel under every spout", level: 1 })).toBeVisible();
    await expect(ops.getByRole("main")).toContainText("0 of 500");
    await ops.getByRole("button", { name: "Start", exact: true }).click();
    await expect(ops.getByText("Running", { exact: true })).toBeVisible();
  });

  await test.step("who is on Free sees it, and it is counted once", async () => {
    // The demo has campaigns of its own: which one a page shows is drawn by weight.
    await expect(async () => {
      await page.goto(home);
      expect(await ad(page).innerText()).toContain("A barrel under every spout");
    }).toPass({ timeout: 60_000 });
    await expect(async () => {
      await ops.goto("/operator/campaigns");
      await expect(ops.getByTestId("campaign").filter({ hasText: "Rill Rain Barrels" })).toContainText("1 of 500", { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
  });

  await test.step("the organization buys both", async () => {
    await page.goto(`${home}/billing?interval=month`);
    await page.locator('form[action$="/checkout"]').filter({ has: page.locator('input[value="pro"]') }).filter({ has: page.locator('input[value="month"]') }).getByRole("button", { name: /pay \$\d+\.\d\d today/ }).click();
    await expect(page).toHaveURL(/\/dev\/stripe\/checkout\//);
    await ann.pay();
    await expect(page).toHaveURL(/\/o\/orchard/);
    await page.goto("/stickers");
    await page.getByRole("button", { name: "Buy Rainy day for $1.49" }).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await expect(page.getByText("Rainy day is yours")).toBeVisible();
  });

  await test.step("the money shows, and the books agree", async () => {
    await expect(async () => {
      await ops.goto("/operator/revenue");
      await expect(ops.locator('[data-revenue="USD"] tbody tr').first()).toContainText("$14.99", { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await expect(ops.getByRole("img", { name: /Monthly recurring revenue/ })).toBeVisible();
    await expect(ops.getByRole("columnheader", { name: "Pack rainy-day" })).toBeVisible();
    await expect(ops.getByText("$16.48", { exact: true }).first(), "kept: 14.99 and 1.49").toBeVisible();
    await ops.goto("/operator/health");
    await ops.getByRole("button", { name: "Check the books now" }).click();
    await expect(ops.getByText("They agree")).toBeVisible();
  });

  await test.step("what Stripe said is listed, and handled again it changes nothing", async () => {
    await ops.goto("/operator/events?q=customer.subscription.created");
    const event = ops.getByTestId("event").first();
    await expect(event).toContainText("Handled");
    await event.getByRole("button", { name: /^Replay/ }).click();
    await expect(ops.getByRole("status").filter({ hasText: "The event was handled" })).toBeVisible();
    await expect(ops.getByTestId("event").first()).toContainText("Orchard");
    await ops.goto("/operator/revenue");
    await expect(ops.locator('[data-revenue="USD"] tbody tr').first()).toContainText("$14.99");
  });

  await test.step("what they did is in the log", async () => {
    await ops.goto("/operator/audit");
    for (const deed of ["Made a version of a plan", "Made a campaign", "Started a campaign", "Announced something", "Checked the books", "Replayed an event of Stripe"]) {
      await expect(ops.getByTestId("operator-line").filter({ hasText: deed }).first()).toBeVisible();
    }
  });
});

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { account } from "./lib/accounts";
import { judge, settled } from "./lib/axe";
import { cameraFile, looks } from "./lib/camera";
import { expect, test } from "./lib/fixtures";
import { root } from "./lib/paths";
import type { Person } from "./lib/person";
import { expectPictures } from "./lib/stats";

// Every page as people see it, wide and on a phone, light and dark, to be looked at: e2e/screenshots.
// On the way: no serious fault for people with assistive technology (axe), nothing wider than the window, no breach of the policy.

const folder = join(root, "e2e", "screenshots");
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

interface Shot {
  /** The meeting is always dark. */
  themes?: ("light" | "dark")[];
  /** The whole page, not only the window. */
  full?: boolean;
}

async function shoot(page: Page, name: string, { themes = ["light", "dark"], full = true }: Shot = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await settled(page);
      await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`), fullPage: full });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(over, `${name}, ${size}: wider than the window`).toBeLessThanOrEqual(0);
      if (size === "phone" && theme === "dark") continue; // colours were judged wide, the layout in light
      const { violations } = await judge(page).exclude("iframe").analyze();
      const grave = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
      expect.soft(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | ")}`), `${name}, ${size}, ${theme}: axe`).toEqual([]);
    }
  }
  await page.setViewportSize(sizes.wide);
}

/** What every page of an organization's office is looked at in: both languages, each in two of the four pictures that the others get. What
 * axe finds hangs on sizes and colours and not on words, so that it judges one language: every size and every theme once. */
const sights = [
  { language: "en", judged: true, pictures: [["wide", "light"], ["phone", "dark"]] },
  { language: "de", judged: false, pictures: [["wide", "dark"], ["phone", "light"]] },
] as const;

/** One picture, and what axe says of the page as it stands: nothing at all, of any weight. */
async function glance(page: Page, name: string, size: keyof typeof sizes, theme: "light" | "dark", judged: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  await page.setViewportSize(sizes[size]);
  await settled(page);
  await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`), fullPage: true });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(over, `${name}, ${size}: wider than the window`).toBeLessThanOrEqual(0);
  if (!judged) return;
  const { violations } = await judge(page).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | ")}`), `${name}, ${size}, ${theme}: axe`).toEqual([]);
}

/** Some more pages, each in two pictures that are both judged: between them are every size and every theme. */
async function glances(page: Page, paths: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, path] of Object.entries(paths)) {
    await page.goto(path);
    await glance(page, name, "wide", "dark", true);
    await glance(page, name, "phone", "light", true);
  }
}

async function shootAt(one: Person, path: string, name: string, shot?: Shot): Promise<void> {
  await one.page.goto(path);
  await shoot(one.page, name, shot);
}

test.describe("screenshots", () => {
  test.setTimeout(400_000);

  test("pages before signing in", async ({ person }) => {
    const guest = await person("Guest");
    const { page } = guest;
    await shootAt(guest, "/", "01-landing");
    await shootAt(guest, "/pricing", "02-pricing");
    await shootAt(guest, "/signup", "03-signup");
    await page.goto("/signup");
    await guest.fillSignUp({ email: "guest@example.org", password: "12345678", organization: "Guests" });
    await shoot(page, "03-signup-faults");
    await shootAt(guest, "/login", "04-signin");
    await page.getByLabel("E-mail").fill("nobody@example.org");
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await guest.button("Sign in").click();
    await shoot(page, "04-signin-wrong");
    await shootAt(guest, "/join", "05-join");
    await page.getByLabel("Code or link").fill("not a code");
    await guest.button("Join").click();
    await shoot(page, "05-join-wrong");
    await shootAt(guest, "/m/k7dm-9q2x-h4tw", "06-not-found");
    await shootAt(guest, "/confirm?token=nonsense", "07-confirm-wrong");
    await shootAt(guest, "/dev/components", "08-components");
    await page.goto("/login");
    await page.locator('input[name="csrf"]').first().evaluate((field: HTMLInputElement) => (field.value = "of another day"));
    await page.getByLabel("E-mail").fill("nobody@example.org");
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await guest.button("Sign in").click();
    await shoot(page, "06-forbidden");
    for (let i = 0; i < 70; i++) await page.request.get("/m/k7dm-9q2x-h4tw");
    const answer = await page.goto("/m/k7dm-9q2x-h4tw");
    expect(answer?.status()).toBe(429);
    await shoot(page, "06-too-many");
  });

  test("an organization's console", async ({ person }) => {
    const ann = await person("Amara Okafor");
    const { page } = ann;
    await ann.signUp(account("Okafor Interiors"));
    const home = ann.home;
    await shoot(page, "10-dashboard-empty");
    await ann.openRoom();
    await shoot(page, "10-dashboard-first");
    for (const name of ["Kitchen refit, weekly", "Site visits", "Suppliers of the northern coast and everybody who delivers for them"]) {
      await page.getByText("New room").or(page.locator(".new-room summary")).first().click();
      await page.locator("#room-name").fill(name);
      await page.locator(".new-room-form button").click();
      await expect(page.getByTestId("room").filter({ hasText: name })).toBeVisible();
    }
    await shoot(page, "10-dashboard-rooms");
    await page.getByTestId("room").first().getByRole("link").first().click();
    await shoot(page, "11-room");
    await shootAt(ann, `${home}/billing`, "12-billing");
    await shootAt(ann, "/dev/mail", "13-mail");
    await page.getByRole("link", { name: /okafor-interiors\.example|confirm/i }).first().click();
    await shoot(page, "13-mail-message");
    const link = await ann.confirmationLink();
    await shootAt(ann, link, "07-confirmed");
    await ann.startCheckout(home);
    await shoot(page, "14-checkout");
    await ann.abandonCheckout();
    await shoot(page, "15-checkout-cancelled");
    await ann.startCheckout(home);
    await ann.pay();
    await expect(page).toHaveURL(/\/billing\/done/);
    await shoot(page, "15-checkout-done");
    await shootAt(ann, `${home}/billing`, "12-billing-paid");
    await glances(page, {
      "16-change": `${home}/billing/change?plan=business`,
      "16-cancel": `${home}/billing/cancel`,
      "16-invoices": `${home}/billing/invoices`,
      "17-shop": "/stickers",
      "17-stickers": `${home}/stickers`,
    });

    // The operator of the same server, in the same browser: they are signed in apart from people.
    await page.goto("/operator/login");
    await page.getByLabel("E-mail").fill("dele@parley.example");
    await page.getByLabel("Password").fill("keys on the hook by nine");
    await ann.button("Sign in").click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.goto("/operator/tenants");
    const tenant = (await page.getByRole("main").getByRole("link", { name: "Okafor Interiors" }).first().getAttribute("href")) ?? "";
    await page.goto("/operator/campaigns");
    const campaign = (await page.getByTestId("campaign").getByRole("link").first().getAttribute("href")) ?? "";
    await glances(page, {
      "60-operator": "/operator",
      "61-tenants": "/operator/tenants",
      "61-tenant": tenant,
      "62-people": "/operator/people",
      "63-plans": "/operator/plans",
      "63-plan-version": "/operator/plans/pro/version",
      "64-promotions": "/operator/promotions",
      "65-campaigns": "/operator/campaigns",
      "65-campaign": campaign,
      "66-packs": "/operator/packs",
      "67-revenue": "/operator/revenue",
      "68-events": "/operator/events",
      "69-announcement": "/operator/announcements/new",
      "70-health": "/operator/health",
    });
  });

  test("an organization's office, in English and in German", async ({ parley, person }) => {
    await mkdir(folder, { recursive: true });
    const owner = await parley.seed(24, 700);
    const ann = await person("Owner");
    const { page, context } = ann;
    await ann.signIn({ ...owner, organization: "" });
    const home = ann.home;
    await page.goto(`${home}/billing`);
    await page.getByRole("button", { name: /^Get Business/ }).click();
    await expect(page).toHaveURL(/\/dev\/stripe\/checkout\//);
    await ann.pay();
    await expect(page).toHaveURL(/\/billing\/done/);
    await page.goto(`${home}/quotas`);
    await page.getByLabel("Minutes of meetings a month").fill("90000");
    await ann.button("Save quotas").click();
    await page.goto(`${home}/developers`);
    await page.getByLabel("Address").fill("http://127.0.0.1:9/parley/meetings");
    for (const event of ["meeting.started", "participant.joined"]) await page.getByRole("checkbox", { name: event }).check();
    await ann.button("Make a webhook").click();
    await page.getByLabel("What is the media key for").fill("Lobby kiosk");
    await ann.button("Make a media key").click();
    await page.getByLabel("What is it for").fill("Nightly report of the bookkeeping department");
    for (const scope of ["rooms:read", "meetings:read", "usage:read"]) await page.getByRole("checkbox", { name: scope }).check();
    await ann.button("Make an API key").click();
    await glance(page, "47-developers-fresh-en", "wide", "light", true);
    await page.goto(`${home}/developers`);
    const webhook = (await page.getByRole("link", { name: "See deliveries" }).getAttribute("href")) ?? "";
    await page.goto(`${home}/meetings`);
    const meeting = (await page.getByTestId("past-meeting").getByRole("link").first().getAttribute("href")) ?? "";

    const pages = {
      "40-usage": `${home}/usage`,
      "41-meetings": `${home}/meetings?from=${new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10)}`,
      "42-meeting": meeting,
      "43-policies": `${home}/policies`,
      "44-colleagues": `${home}/colleagues`,
      "45-quotas": `${home}/quotas`,
      "46-isolation": `${home}/settings/isolation`,
      "47-developers": `${home}/developers`,
      "48-webhook": webhook,
      "49-audit": `${home}/audit`,
      "50-data": "/me/data",
      "51-delete": "/me/delete",
    };
    for (const { language, judged, pictures } of sights) {
      await context.addCookies([{ name: "parley_language", value: language, url: parley.url }]);
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(path);
        await expect(page.locator("html")).toHaveAttribute("lang", language);
        for (const [size, theme] of pictures) await glance(page, `${name}-${language}`, size, theme, judged);
      }
    }
  });

  test("lobby, meeting and after", async ({ parley, person, browsers }) => {
    const artist = await browsers();
    const faces = await Promise.all([looks.amara, looks.mateo, looks.ingrid, looks.leila].map((look) => cameraFile(artist, look)));
    const camera = (i: number) => ({ camera: faces[i] ?? "" });
    await parley.admin("plan", "set", "--plan", "free", "--participants", "3");
    const ann = await person("Amara Okafor", camera(0));
    await ann.signUp(account("Okafor Interiors"));
    await ann.page.locator(".new-room summary").or(ann.button("Open a room")).first().click();
    await expect(ann.page).toHaveURL(/[?&]room=/);
    const home = ann.home;
    const code = new URL(ann.page.url()).searchParams.get("room") ?? "";
    const link = `${parley.url}/m/${code}`;

    await ann.page.goto(link);
    await expect.poll(() => ann.page.locator("video").first().evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
    await shoot(ann.page, "20-lobby-host", { full: false });
    await ann.enter();
    await shoot(ann.page, "21-meeting-alone", { themes: ["dark"], full: false });

    const [ben, cleo, dora] = [await person("Mateo Rivas", camera(1)), await person("Ingrid Dahl", camera(2)), await person("Leila Haddad", camera(3))];
    await ben.page.goto(link);
    await expect.poll(() => ben.page.locator("video").first().evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
    await shoot(ben.page, "20-lobby-guest", { full: false });
    await ben.enter();
    await cleo.join(link);
    await expectPictures(ann.page, 2);
    await cleo.button("Mute").click();
    await expect(ann.page.getByText(/joined/i).first()).toBeHidden();
    await shoot(ann.page, "22-meeting", { themes: ["dark"], full: false });
    await ann.button("People").click();
    await shoot(ann.page, "23-meeting-people", { themes: ["dark"], full: false });
    await ann.button("Options for Mateo Rivas").click();
    await expect(ann.page.getByRole("menuitem", { name: "Ban" })).toBeVisible();
    await glance(ann.page, "23-meeting-person", "wide", "dark", true);
    await ann.page.keyboard.press("Escape");
    await ann.button("Options for Ingrid Dahl").click();
    await ann.page.getByRole("menuitem", { name: "Ask to unmute" }).click();
    await expect(cleo.page.getByRole("region", { name: "Question to you" })).toBeVisible();
    await glance(cleo.page, "23-meeting-asked", "phone", "dark", true);
    await cleo.button("Not now").click();
    await cleo.page.setViewportSize(sizes.wide);
    await ann.button("People").click();
    await ann.button("Upgrade").click();
    await shoot(ann.page, "24-meeting-upgrade", { themes: ["dark"], full: false });
    await ann.page.keyboard.press("Escape");
    await ann.button("Host tools").click();
    await shoot(ann.page, "25-meeting-host-tools", { themes: ["dark"], full: false });
    await ann.page.keyboard.press("Escape");
    await shootAt(await ann.tab(), home, "10-dashboard-live");

    await dora.page.goto(link);
    await dora.page.getByLabel("Your name").fill("Leila Haddad");
    await dora.button("Join").click();
    await expect(dora.page.getByRole("heading", { level: 1 })).toContainText(/full|taken/i);
    await shoot(dora.page, "30-full");
    await cleo.leave();
    await expect(cleo.page.getByTestId("ad"), "an advertisement holds its place on Free").toBeVisible();
    await shoot(cleo.page, "31-after-left");
    await ann.endForAll();
    await shoot(ann.page, "31-after-host");
    await expect(ben.page).toHaveURL(/\/after/);
    await shoot(ben.page, "31-after-guest");
    await ben.page.goto(link);
    await ben.page.getByLabel("Your name").fill("Mateo Rivas");
    await ben.button("Join").click();
    await expect(ben.page.getByRole("button", { name: "Join", exact: true })).toHaveCount(0);
    await shoot(ben.page, "32-ended");
  });

  test("blocked devices, the last minute, and after the limit", async ({ parley, person }) => {
    await parley.admin("plan", "set", "--plan", "free", "--meeting-length", "75s");
    const ann = await person("Amara Okafor");
    await ann.signUp(account("Okafor Interiors"));
    const link = await ann.openRoom();
    const blocked = await person("Ben", { permission: "deny" });
    await blocked.page.goto(link);
    await expect(blocked.page.getByText(/blocking the camera/i).first()).toBeVisible();
    await shoot(blocked.page, "20-lobby-blocked", { full: false });
    const none = await person("Cleo", { devices: "none" });
    await none.page.goto(link);
    await expect(none.page.getByText(/no camera/i).first()).toBeVisible();
    await shoot(none.page, "20-lobby-no-camera", { full: false });
    await ann.join(link);
    await none.enter();
    await expect(ann.page.getByRole("dialog")).toBeVisible({ timeout: 60_000 });
    await shoot(ann.page, "26-meeting-last-minute", { themes: ["dark"], full: false });
    for (const one of [ann, none]) await expect(one.page).toHaveURL(/\/after/, { timeout: 90_000 });
    await shoot(ann.page, "33-after-limit-host");
    await shoot(none.page, "33-after-limit-guest");
  });
});

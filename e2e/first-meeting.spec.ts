import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";
import { expectPictures, expectSameConnection, expectVoices } from "./lib/stats";

/** Everybody sees and hears everybody. */
async function expectAllTogether(people: Person[]): Promise<void> {
  for (const one of people) {
    await expect(one.tiles()).toHaveCount(people.length);
    await expectPictures(one.page, people.length - 1);
    await expectVoices(one.page, people.length - 1);
  }
}

test.describe("first meeting", () => {
  test("sign up, open a room, meet, come back, and be ended by the limit", async ({ parley, person }) => {
    test.setTimeout(360_000);
    await parley.admin("plan", "set", "--plan", "free", "--meeting-length", "120s");
    const ann = await person("Ann Lindqvist");
    const { page } = ann;

    await test.step("the landing page shows plans and two ways in", async () => {
      await page.goto("/");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      for (const plan of ["Free", "Pro", "Business"]) await expect(page.getByRole("heading", { name: plan, exact: true })).toBeVisible();
      await expect(page.getByText("$12.99").or(page.getByText("$10.39")).first()).toBeVisible();
      await expect(page.getByRole("link", { name: "Start free" }).first()).toBeVisible();
      await expect(page.getByRole("link", { name: "Join with a code" }).first()).toBeVisible();
    });

    await test.step("signing up makes an organization on the Free plan, and a mail to confirm the address", async () => {
      await ann.signUp(account("Lindqvist Gardens", "ann@gardens.example"));
      await expect(page.getByRole("main")).toContainText("Free");
      const mail = await ann.tab();
      await mail.page.goto("/dev/mail");
      await mail.page.getByRole("link", { name: /ann@gardens\.example|confirm/i }).first().click();
      const link = await mail.confirmationLink();
      await mail.page.goto(link);
      await expect(mail.page.getByRole("heading", { level: 1 })).toContainText(/confirmed/i);
      const again = await mail.page.goto(link);
      expect(again?.status(), "a link that was used confirms nothing more").toBeLessThan(500);
      await mail.page.close();
    });

    let link = "";
    await test.step("a room has an unguessable code and a link to copy", async () => {
      await page.reload();
      link = await ann.openRoom();
      expect(link).toMatch(/\/m\/[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}$/);
      await page.getByTestId("room").first().getByRole("button", { name: "Copy link" }).click();
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    });

    await test.step("the lobby shows one's own camera, a level and the devices", async () => {
      await page.goto(link);
      await expect.poll(() => page.locator("video").first().evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
      for (const device of ["Camera", "Microphone"]) await expect(page.getByLabel(device, { exact: true })).toBeVisible();
      await expect(page.getByLabel("Your name")).toHaveValue("Ann Lindqvist");
      await expectLevel(ann);
    });

    const ben = await person("Ben");
    await test.step("host and guest see and hear each other", async () => {
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await ann.expectInMeeting();
      await ben.join(link); // no account
      await expectAllTogether([ann, ben]);
      await expect(ben.tile("Ann Lindqvist")).toContainText("Host");
    });

    await test.step("others see who is muted, and whose video is off", async () => {
      await ann.button("Mute").click();
      await expect(ann.button("Unmute")).toBeVisible();
      await expect(ben.tile("Ann Lindqvist")).toContainText(/muted/i);
      await ann.button("Unmute").click();
      await expect(ben.tile("Ann Lindqvist")).not.toContainText(/muted/i);
      await ben.button("Stop video").click();
      await expect(ann.tile("Ben")).not.toHaveClass(/has-picture/);
      await ben.button("Start video").click();
      await expect(ann.tile("Ben")).toHaveClass(/has-picture/);
    });

    const cleo = await person("Cleo");
    await test.step("a third person works too, and a reload comes back as the same person", async () => {
      await cleo.join(link);
      await expectAllTogether([ann, ben, cleo]);
      await ben.page.reload();
      await ben.expectInMeeting();
      await expectAllTogether([ben, ann, cleo]);
      await ann.button("People").click();
      await expect(page.getByRole("complementary", { name: "People" }).getByRole("listitem")).toHaveCount(3);
      await ann.button("People").click();
    });

    await test.step("clocks agree, warn in the last minute, and at the limit the meeting ends for all", async () => {
      const ends = await Promise.all([ann, ben, cleo].map(async (one) => (await one.secondsLeft()) + Date.now() / 1000));
      expect(Math.max(...ends) - Math.min(...ends), "leaving, reloading and joining won no time").toBeLessThan(5);
      await expect(page.getByRole("dialog")).toBeVisible({ timeout: 120_000 }); // the host is asked in the last minute
      await page.getByRole("dialog").getByRole("button", { name: "Let it end" }).click();
      for (const one of [ann, ben, cleo]) await expect(one.page).toHaveURL(/\/after/, { timeout: 120_000 });
      for (const one of [ann, ben, cleo]) await expect(one.page.getByRole("main")).toContainText(/longest that .* plan allows/);
      await expect(page.locator('form[action$="/checkout"] button')).toBeVisible(); // the offer, for who can take it
      await expect(ben.page.locator('form[action$="/checkout"]')).toHaveCount(0);
      const answer = await ben.page.request.get(`${link}/room`, { maxRedirects: 0 });
      expect(answer.status(), "the room rests").toBe(410);
    });
  });

  test("the host upgrades in the meeting: every clock changes and nobody drops", async ({ parley, person }) => {
    test.setTimeout(180_000);
    const limit = 60;
    await parley.admin("plan", "set", "--plan", "free", "--meeting-length", `${limit}s`);
    const ann = await person("Ann Lindqvist");
    await ann.signUp(account("Lindqvist Gardens"));
    const link = await ann.openRoom();
    const [ben, cleo] = [await person("Ben"), await person("Cleo")];
    const all = [ann, ben, cleo];
    for (const one of all) await one.join(link);
    const begun = Date.now();
    await expectAllTogether(all);
    const before = await Promise.all(all.map((one) => expectPictures(one.page, 2)));

    const paid = await test.step("pays on the payment page, in a tab of its own", async () => {
      if ((await ann.page.getByRole("dialog").count()) === 0) await ann.button("Upgrade").click();
      const opening = ann.context.waitForEvent("page");
      await ann.page.getByRole("dialog").locator('button[type="submit"]').click();
      const tab = await opening;
      await expect(tab).toHaveURL(/\/dev\/stripe\/checkout\//);
      await tab.getByRole("button", { name: /^(Pay|Subscribe|Start trial)/ }).click();
      return tab;
    });

    await test.step("everybody's clock shows the new limit", async () => {
      for (const one of all) await expect.poll(() => one.secondsLeft(), { timeout: 60_000 }).toBeGreaterThan(3600);
      await expect(paid.getByRole("heading", { level: 1 })).toContainText("Pro");
    });

    await test.step("the old limit passes, and pictures go on over the connections they came on", async () => {
      await expect.poll(() => Date.now() - begun, { timeout: (limit + 10) * 1000, intervals: [500] }).toBeGreaterThan(limit * 1000 + 2000);
      for (const [i, one] of all.entries()) {
        await expect(one.button("Leave")).toBeVisible();
        await expectSameConnection(one.page, before[i] ?? new Map());
        await expect(one.tiles()).toHaveCount(3);
      }
    });
  });
});

/** The level meter of the lobby moves: the fake microphone beeps. */
async function expectLevel(one: Person): Promise<void> {
  const seen = new Set<string>();
  await expect
    .poll(async () => seen.add((await one.page.locator("meter, [role=meter]").first().evaluate((m) => String((m as HTMLMeterElement).value ?? "") + m.getAttribute("aria-valuenow"))) ?? "").size, { intervals: [50] })
    .toBeGreaterThan(1);
}

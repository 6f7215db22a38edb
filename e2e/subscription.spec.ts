import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";

test.describe("subscription", () => {
  test("a Free owner hits the limit in the first meeting, upgrades in the call, adds seats, goes yearly, cancels, and returns", async ({ parley, person }) => {
    test.setTimeout(360_000);
    const patient = { timeout: 60_000 };
    await parley.admin("plan", "set", "--plan", "free", "--meeting-length", "120s");
    const ann = await person("Ann Lindqvist");
    const { page } = ann;
    await ann.signUp(account("Lindqvist Gardens"));
    const home = ann.home;
    const people = page.getByTestId("right-participants");
    const link = await ann.openRoom();
    await ann.join(link);

    await test.step("in the last minute the offer opens, and a trial lifts the limit in the call", async () => {
      await expect(page.getByRole("dialog")).toBeVisible({ timeout: 150_000 });
      const opening = ann.context.waitForEvent("page");
      await page.getByRole("dialog").locator('button[type="submit"]').click();
      const tab = await opening;
      await expect(tab).toHaveURL(/\/dev\/stripe\/checkout\//, patient);
      await expect(tab.getByText("$0.00").first()).toBeVisible();
      await tab.getByRole("button", { name: "Start trial" }).click();
      await expect.poll(() => ann.secondsLeft(), patient).toBeGreaterThan(3600);
      await tab.close();
      await ann.leave();
    });

    await test.step("three seats, with the price first", async () => {
      await page.goto(`${home}/billing`);
      await expect(page.getByText("Free trial")).toBeVisible(patient);
      await page.getByLabel("People to pay for").fill("3");
      await page.getByRole("button", { name: "See what it costs" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toContainText("Change the seats of Pro", patient);
      await page.getByRole("button", { name: "Change now" }).click();
      await expect(page.getByText("The change is made.")).toBeVisible(patient);
      await expect(page.getByLabel("People to pay for")).toHaveValue("3");
    });

    await test.step("monthly, and back to yearly", async () => {
      for (const [switchTo, link, price] of [
        ["Monthly", "Pay monthly", "$38.97 a month"],
        ["Yearly", "Pay yearly", "$374.04 a year"],
      ] as const) {
        await page.getByRole("link", { name: switchTo, exact: true }).click();
        await page.getByRole("link", { name: link, exact: true }).click();
        await page.getByRole("button", { name: /and change$|^Change now$/ }).click();
        await expect(page.getByText("The change is made.")).toBeVisible(patient);
        await expect(page.getByRole("main")).toContainText(price);
      }
    });

    await test.step("a quota above Free's shows what Pro carries", async () => {
      await page.goto(`${home}/quotas`);
      await page.getByLabel("People a meeting").fill("120");
      await page.getByRole("button", { name: "Save quotas" }).click();
      await expect(people).toContainText("120", patient);
    });

    const cancels = async () => {
      await page.goto(`${home}/billing`);
      await page.getByRole("link", { name: "Cancel the plan" }).click();
      await expect(page.getByRole("main")).toContainText("Nothing is deleted");
      await page.getByRole("button", { name: /^Cancel Pro/ }).click();
      await expect(page.getByText("Ending", { exact: true })).toBeVisible(patient);
    };

    await test.step("cancels, reads what that means, thinks again, and cancels after all", async () => {
      await cancels();
      await page.getByRole("button", { name: "Keep Pro" }).click();
      await expect(page.getByText("The plan goes on as before.")).toBeVisible(patient);
      await expect(page.getByRole("region", { name: "Invoices" }).getByRole("row").nth(1)).toContainText("Paid", patient);
      await cancels();
    });

    await test.step("the period ends: it is on Free, and nothing is deleted", async () => {
      await page.goto("/dev/stripe/desk");
      await page.getByRole("button", { name: "Let the period end" }).click();
      await expect(page.getByText("No subscription")).toBeVisible(patient);
      await expect(async () => {
        await page.goto(`${home}/quotas`);
        await expect(people).toContainText("100", { timeout: 2_000 });
      }).toPass(patient);
      await page.goto(home);
      await expect(page.getByTestId("room")).toHaveCount(1);
    });

    await test.step("returns: pays at once for three, as the trial is used up, and has everything back", async () => {
      await page.goto(`${home}/billing?interval=month&seats=3`);
      await expect(page.getByRole("button", { name: /free/i })).toHaveCount(0);
      await page.getByRole("button", { name: "Get Pro, pay $38.97 today" }).click();
      await expect(page).toHaveURL(/\/dev\/stripe\/checkout\//, patient);
      await ann.pay();
      await expect(page).toHaveURL(/\/o\/lindqvist-gardens\/billing\/done/, patient);
      await page.goto(`${home}/billing`);
      await expect(page.getByText("Paid", { exact: true }).first()).toBeVisible(patient);
      await expect(page.getByLabel("People to pay for")).toHaveValue("3");
      const invoices = page.getByRole("region", { name: "Invoices" }).getByRole("row");
      await expect(invoices.nth(1)).toContainText("$38.97");
      expect(await invoices.count(), "the head, the new one, and those of before").toBeGreaterThan(2);
      await page.goto(`${home}/quotas`);
      await expect(people, "the quota, as it was").toContainText("120");
      await ann.join(link);
      expect(await ann.secondsLeft()).toBeGreaterThan(3600);
    });

    await test.step("in the call a change to Business shows its price first, and holds without a second payment page", async () => {
      const dialog = page.getByRole("dialog");
      await ann.button("Upgrade").click();
      const opening = ann.context.waitForEvent("page");
      await dialog.getByRole("button", { name: "See what it costs today" }).click();
      const tab = await opening;
      await expect(tab.getByRole("heading", { level: 1 })).toHaveText("Switch to Business", patient);
      await tab.getByRole("button", { name: /and change$|^Change now$/ }).click();
      await expect(tab.getByRole("heading", { level: 1 })).toContainText("Business", patient);
      await expect(tab).toHaveURL(/from=meeting$/);
      await tab.close();
      await expect(dialog, "the quota hides what Business gives; its name is told all the same").toBeHidden(patient);
      await ann.expectInMeeting();
    });
  });
});

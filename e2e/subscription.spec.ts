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
      await page.getByRole("button", { name: /^Pay \$0 and change/ }).click();
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
        await page.getByRole("button", { name: /and change$/ }).click();
        await expect(page.getByText("The change is made.")).toBeVisible(patient);
        await expect(page.getByRole("main")).toContainText(price);
      }
    });

    await test.step("cancels, reads what that means, and returns", async () => {
      await page.getByRole("link", { name: "Cancel the plan" }).click();
      await expect(page.getByRole("main")).toContainText("Nothing is deleted");
      await page.getByRole("button", { name: /^Cancel Pro/ }).click();
      await expect(page.getByText("Ending", { exact: true })).toBeVisible(patient);
      await page.getByRole("button", { name: "Keep Pro" }).click();
      await expect(page.getByText("The plan goes on as before.")).toBeVisible(patient);
      await expect(page.getByRole("region", { name: "Invoices" }).getByRole("row").nth(1)).toContainText("Paid", patient);
    });
  });
});

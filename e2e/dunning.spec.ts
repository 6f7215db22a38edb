import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { mailsOf } from "./lib/mails";
import { until } from "./lib/until";

const minute = 60_000;

// The stand-in's desk lets time pass for one customer, so that nobody waits for a month.
test("card fails, grace, Free, pays, back to Pro with everything there", async ({ parley, person }) => {
  test.setTimeout(6 * minute);
  const patient = expect.configure({ timeout: minute });
  const ann = await person("Ann Lindqvist");
  const { page } = ann;
  const missing = page.getByTestId("missing-payment");
  const mailed = (subject: string) =>
    until(`a mail: ${subject}`, async () => (await mailsOf(parley)).filter((mail) => mail.subject.includes(subject)).length === 1, minute);
  /** Presses a button of the stand-in's pages, and waits until it has taken it. */
  const presses = async (name: string | RegExp) => {
    const taken = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().includes("/dev/stripe/"), { timeout: minute });
    await page.getByRole("button", { name }).click();
    await taken;
  };
  /** Does what a button of the desk says, and comes back to a page of the organization. */
  const desk = async (button: string, days?: number) => {
    await page.goto("/dev/stripe/desk");
    if (days) await page.getByLabel("Days").fill(String(days));
    await presses(button);
  };
  /** Opens a page of the console again and again until it says something. */
  const says = async (path: string, text: string | RegExp) => {
    await expect(async () => {
      await page.goto(path);
      await expect(page.getByRole("main")).toContainText(text, { timeout: 2_000 });
    }).toPass({ timeout: minute });
  };
  const right = (name: string) => page.getByTestId(`right-${name}`);

  await ann.signUp(account("Lindqvist Gardens"));
  const home = ann.home;

  await test.step("Pro is bought, and a quota above Free's is set", async () => {
    await ann.startCheckout(home);
    await ann.pay();
    await says(home, "Pro");
    await says(`${home}/quotas`, "150");
    await page.getByLabel("People a meeting").fill("120");
    await page.getByRole("button", { name: "Save quotas" }).click();
    await patient(right("participants")).toContainText("120");
    await patient(missing).toHaveCount(0);
  });
  const link = await (async () => {
    await page.goto(home);
    return ann.openRoom();
  })();

  await test.step("the card fails: the plan stays, and every page says until when", async () => {
    await desk("Let the card decline");
    await desk("Let the period end");
    await says(home, "did not go through");
    await expect(missing).toContainText("Pro stays on until");
    await expect(page.getByTestId("plan-ahead").first()).toContainText("Free");
    await page.goto(`${home}/quotas`);
    await expect(right("participants")).toContainText("120");
    await mailed("did not go through");
    await page.goto(link);
    await expect(page.getByRole("main")).toContainText("A meeting that is on keeps what it has");
    const gil = await person("Gil");
    await gil.join(link);
    await ann.enter();
    await expect(page.getByRole("link", { name: "Pay now" })).toHaveAttribute("href", /\/billing\/pay$/);
    await expect(gil.page.getByRole("link", { name: "Pay now" })).toHaveCount(0);
    const tab = page.context().waitForEvent("page");
    await page.getByRole("link", { name: "Pay now" }).click();
    const bill = await tab;
    await expect(bill).toHaveURL(/\/dev\/stripe\//);
    await bill.close();
    await ann.leave();
    await gil.context.close();
  });

  await test.step("three days before the end there is another mail", async () => {
    await desk("Let days pass", 5);
    await mailed("is on Free from");
  });

  await test.step("after seven days it is on Free, and nothing is deleted", async () => {
    await desk("Let days pass", 3);
    await says(home, "waits for its payment");
    await mailed("is on Free now");
    await page.goto(`${home}/quotas`);
    await expect(right("participants")).toContainText("100");
    await expect(right("participants")).toContainText("Missing payment");
    await expect(right("meeting_length")).toContainText("40 minutes");
    await page.goto(home);
    await expect(page.getByTestId("room")).toHaveCount(1);
  });

  await test.step("it is paid, and everything is as before", async () => {
    await missing.getByRole("link", { name: "Pay now" }).click();
    await expect(page).toHaveURL(/\/dev\/stripe\//);
    await presses(/^Pay/);
    await expect(async () => {
      await page.goto(home);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible({ timeout: 2_000 });
      expect(await missing.count()).toBe(0);
    }).toPass({ timeout: minute });
    await mailed("is paid, and Pro is on");
    await page.goto(`${home}/quotas`);
    await expect(right("participants")).toContainText("120");
    await expect(right("participants")).toContainText("Quota");
    await page.goto(home);
    await expect(page.getByTestId("room")).toHaveCount(1);
    for (const subject of ["did not go through", "is on Free from", "is on Free now"]) await mailed(subject);
  });
});

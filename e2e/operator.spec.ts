import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";

// The demo's operator; parley prints them at its start.
const operator = { email: "dele@parley.example", password: "keys on the hook by nine" };
const patient = { timeout: 60_000 };

test("an operator suspends, restores, makes an exception, and looks with consent", async ({ person }) => {
  test.setTimeout(360_000);
  const ann = await person("Ann");
  await ann.signUp(account("Lantern Works"));
  const { home, page } = ann;
  const link = await ann.openRoom();
  await ann.join(link);

  const dele = await person("Dele");
  const ops = dele.page;
  await test.step("the operator signs in and finds the organization", async () => {
    await ops.goto("/operator/tenants");
    await ops.getByLabel("E-mail").fill(operator.email);
    await ops.getByLabel("Password").fill(operator.password);
    await ops.getByRole("button", { name: "Sign in" }).click();
    await ops.getByLabel("Name, address or customer").fill("lantern");
    await ops.getByRole("button", { name: "Show", exact: true }).click();
    await ops.getByRole("link", { name: "Lantern Works" }).click();
    await expect(ops.getByRole("heading", { name: "Lantern Works", level: 1 })).toBeVisible();
    await expect(ops.getByTestId("limit-participants")).toContainText("100");
  });

  await test.step("suspended: the meeting ends, and its people read why", async () => {
    const closing = ops.locator('form[action$="/suspend"]');
    await closing.getByLabel("Reason").fill("Complaints about spam");
    await closing.getByRole("button", { name: "Suspend Lantern Works" }).click();
    await expect(ops.getByText("Suspended since")).toBeVisible(patient);
    await expect(page).toHaveURL(/\/after/, patient);
    await page.goto(home);
    await expect(page.getByText("Complaints about spam")).toBeVisible();
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "Lantern Works is closed at the moment" })).toBeVisible();
  });

  await test.step("restored: people meet again", async () => {
    const opening = ops.locator('form[action$="/restore"]');
    await opening.getByLabel("Reason").fill("All settled");
    await opening.getByRole("button", { name: "Restore Lantern Works" }).click();
    await expect(ops.getByRole("status").filter({ hasText: "is open again" })).toBeVisible(patient);
    await ann.join(link);
  });

  await test.step("an exception with an end holds in the meeting that is on", async () => {
    const form = ops.locator('form[action$="/exception"]');
    await form.getByLabel("Longest meeting, in minutes").fill("120");
    await form.getByLabel("People in a meeting").fill("1");
    await form.getByRole("button", { name: "Set the exception" }).click();
    await expect(form.getByLabel("Reason"), "a reason has to be given").toBeFocused();
    await form.getByLabel("Reason").fill("A try-out");
    await form.getByRole("button", { name: "Set the exception" }).click();
    await expect(ops.getByRole("status").filter({ hasText: "The exception is set" })).toBeVisible(patient);
    await expect(ops.getByTestId("limit-participants")).toContainText("100");
    await expect(async () => expect(await ann.secondsLeft()).toBeGreaterThan(60 * 60)).toPass(patient);
    const gil = await person("Gil");
    expect(await gil.triesToJoin(link), "one is all it holds").toBe(false);
    const quotas = await ann.tab();
    await quotas.page.goto(`${home}/quotas`);
    await expect(quotas.page.getByTestId("exception")).toContainText("An exception until");
    await expect(quotas.page.getByTestId("exception")).toContainText("A try-out");
    await expect(quotas.page.getByTestId("right-meeting_length")).toContainText("2 hours");
    await quotas.page.close();
    await ops.locator('form[action$="/end"]').filter({ has: ops.getByRole("button", { name: "End it now" }) }).getByRole("button").click();
    await expect(ops.getByRole("status").filter({ hasText: "The exception has ended" })).toBeVisible(patient);
    expect(await gil.triesToJoin(link), "the plan holds again").toBe(true);
  });

  await test.step("the owner lets the operator look", async () => {
    const ask = ops.locator('form[action$="/support"]');
    await ask.getByLabel("Why you have to look").fill("Their sign-in fails");
    await ask.getByRole("button", { name: "Ask to look" }).click();
    await expect(ops.getByText("Waiting for an answer")).toBeVisible(patient);
    await ann.leave();
    await page.goto(home);
    await page.getByRole("link", { name: "Answer" }).click();
    await expect(page.getByText("Their sign-in fails").first()).toBeVisible();
    await page.getByRole("button", { name: "Allow it for 60 minutes" }).click();
    await expect(page.getByText("May look now")).toBeVisible(patient);
  });

  await test.step("they read, and change nothing", async () => {
    await ops.reload();
    await ops.getByRole("button", { name: "Look at its pages" }).click();
    await expect(ops.getByText("You look at this organization as an operator until")).toBeVisible(patient);
    await ops.goto(`${home}/quotas`);
    await ops.getByLabel("People a meeting").fill("3");
    await ops.getByRole("button", { name: "Save quotas" }).click();
    await expect(ops.getByRole("heading", { name: "You can only read here" })).toBeVisible(patient);
  });

  await test.step("all of it is in the organization's own log", async () => {
    await ops.goto("/operator/tenants?q=lantern");
    await ops.getByRole("link", { name: "Lantern Works" }).click();
    const form = ops.locator('form[action$="/exception"]');
    await form.getByLabel("Reading the audit log").selectOption("Yes"); // Free does not show it
    await form.getByLabel("Reason").fill("So that they can read what we did");
    await form.getByRole("button", { name: "Set the exception" }).click();
    await expect(ops.getByRole("status").filter({ hasText: "The exception is set" })).toBeVisible(patient);
    await page.goto(`${home}/audit`);
    for (const deed of ["Suspended the organization", "Restored the organization", "Set an exception", "Ended an exception", "Allowed an operator to look", "Looked at a page"]) {
      await expect(page.getByText(deed, { exact: true }).first()).toBeVisible();
    }
  });
});

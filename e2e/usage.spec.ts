import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";

test("a chart of usage is looked at closer, with the mouse and with the keyboard", async ({ parley, person }) => {
  test.setTimeout(180_000);
  const ann = await person("Ann");
  await ann.signUp(account("Orchard"));
  const { home, page } = ann;
  await ann.join(await ann.openRoom());
  await ann.leave();
  await page.goto(`${home}/usage?days=90`);

  const chart = page.locator("figure.chart").first();
  await expect(chart.getByRole("img", { name: "Meetings" })).toBeVisible();
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await chart.getByRole("button", { name: "Zoom" }).click();
  const stage = chart.getByRole("application", { name: "Meetings" });
  await expect(stage).toBeFocused();
  expect(loaded.filter((url) => url.startsWith(parley.url) && url.endsWith(".js")).length, "what draws came when it was asked for").toBeGreaterThan(0);
  const range = chart.locator("[data-zoom-range]");
  const whole = await range.textContent();
  const all = chart.getByRole("button", { name: "All days" });
  await expect(all).toBeDisabled();

  await test.step("a drag shows fewer days, Escape all of them", async () => {
    const box = await stage.boundingBox();
    if (!box) throw new Error("no chart");
    await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 110, { steps: 3 });
    await page.mouse.up();
    await expect(range).not.toHaveText(whole ?? "");
    await expect(all).toBeEnabled();
    await page.keyboard.press("Escape");
    await expect(range).toHaveText(whole ?? "");
    await expect(all).toBeDisabled();
  });

  await test.step("keys go from day to day, and a live region says the value", async () => {
    await page.keyboard.press("End");
    const says = chart.getByRole("status").last();
    await expect(says).toContainText(/: [01] /); // a day may have begun since the meeting
    const before = (await says.textContent()) ?? "";
    await page.keyboard.press("ArrowLeft");
    await expect(says).not.toHaveText(before);
    await expect(says).toContainText(/: [01]$/);
    await page.keyboard.press("+");
    await expect(range).not.toHaveText(whole ?? "");
    await all.click();
    await expect(range).toHaveText(whole ?? "");
  });

  await chart.getByRole("button", { name: "Zoom" }).first().click();
  await expect(stage).toBeHidden();
  await expect(chart.getByRole("img", { name: "Meetings" })).toBeVisible();
});

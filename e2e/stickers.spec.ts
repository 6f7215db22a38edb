import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";

const patient = { timeout: 90_000 };

/** Opens React in the meeting, if it is not open. */
async function react({ page }: Person) {
  const panel = page.getByRole("complementary", { name: "React" });
  if (!(await panel.isVisible())) await page.getByRole("button", { name: "React", exact: true }).click();
  await expect(panel.getByRole("group", { name: "Reactions" })).toBeVisible(patient);
  return panel;
}

test("somebody buys a pack of stickers, sends it, is refunded, and cannot send it", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann");
  await ann.signUp(account("Sticker Friends"));
  const link = await ann.openRoom();

  // Reached by the navigation: one's own pages, then the shop.
  await ann.page.goto("/me");
  await ann.page.getByRole("navigation").getByRole("link", { name: "Stickers", exact: true }).first().click();
  await expect(ann.page.getByRole("heading", { name: "Stickers", level: 1 })).toBeVisible(patient);
  await expect(ann.page.getByRole("img", { name: "An octopus with its arms full" })).toBeVisible(patient);
  await ann.page.getByRole("button", { name: "Buy Night ferry for $1.99" }).click();
  await ann.page.getByRole("button", { name: /^Pay/ }).click(patient);
  await expect(ann.page.getByText("Night ferry is yours")).toBeVisible(patient);
  await expect(ann.page.getByRole("button", { name: "Buy Night ferry for $1.99" })).toHaveCount(0);

  await ann.join(link);
  const gil = await person("Gil");
  await gil.join(link);
  await expect(ann.tiles()).toHaveCount(2, patient);

  // She owns it and sends it; everybody sees it, and hears of it.
  const hers = await react(ann);
  await expect(hers).not.toContainText("end-to-end"); // said where a meeting is encrypted
  await hers.getByRole("group", { name: "Night ferry" }).getByRole("button", { name: "A starfish that is delighted" }).click();
  await expect(gil.page.getByRole("status").getByText("Ann sent: A starfish that is delighted")).toBeAttached(patient);
  await expect(ann.page.getByRole("status").getByText("You sent: A starfish that is delighted")).toBeAttached(patient);

  // He is a guest: what is everybody's is his, with the keyboard alone.
  const his = await react(gil);
  await expect(his.getByRole("group", { name: "Night ferry" })).toHaveCount(0);
  await expect(his.getByRole("link", { name: "Buy Night ferry for $1.99 in the shop (new tab)" })).toBeVisible();
  await his.getByRole("button", { name: "Thumbs up" }).focus();
  await gil.page.keyboard.press("ArrowRight");
  await expect(his.getByRole("button", { name: "Clapping hands" })).toBeFocused();
  await gil.page.keyboard.press("Enter");
  await expect(ann.page.getByRole("status").getByText("Gil sent: Clapping hands")).toBeAttached(patient);
  await gil.page.keyboard.press("Escape");
  await expect(gil.page.getByRole("button", { name: "React", exact: true })).toBeFocused();

  // The money goes back, and the pack with it: a panel that was open before does not help.
  const bank = await ann.context.newPage();
  await bank.goto("/dev/stripe/payments");
  await bank.getByRole("button", { name: "Refund $1.99 for Sticker pack night-ferry" }).click();
  await expect(bank.getByText("Refunded $1.99")).toBeVisible(patient);
  await bank.goto("/stickers");
  await expect(async () => {
    await bank.reload();
    await expect(bank.getByRole("button", { name: "Buy Night ferry for $1.99" })).toBeVisible({ timeout: 5_000 });
  }).toPass(patient);
  await expect(bank.getByRole("cell", { name: "Given back" })).toBeVisible(patient);
  await bank.close();
  await hers.getByRole("group", { name: "Night ferry" }).getByRole("button", { name: "A whale that blows" }).click();
  await expect(hers.getByRole("alert")).toContainText("You do not have this pack.", patient);
  await ann.page.keyboard.press("Escape");
  await expect((await react(ann)).getByRole("link", { name: "Buy Night ferry for $1.99 in the shop (new tab)" })).toBeVisible(patient);
  await expect(gil.page.getByText("A whale that blows")).toHaveCount(0);
});

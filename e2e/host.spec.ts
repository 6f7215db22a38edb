import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";

const patient = { timeout: 90_000 };

/** The row of somebody in People, which is opened if it is not. */
async function row(one: Person, name: string) {
  const panel = one.page.getByRole("complementary", { name: "People" });
  if (!(await panel.isVisible())) await one.button("People").click();
  return panel.getByRole("listitem").filter({ hasText: name });
}

test("a host leads a meeting", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann");
  await ann.signUp(account("Led Friends"));
  const link = await ann.openRoom();
  await ann.join(link);
  const gil = await person("Gil");
  await gil.join(link);

  await expect(await row(ann, "Ann")).toContainText("Host", patient);
  await gil.button("Raise hand").click();
  await expect(gil.button("Lower hand")).toBeVisible(patient);
  await expect(ann.page.getByRole("status").getByText("Gil raised a hand")).toBeAttached(patient);
  await expect(await row(ann, "Gil")).toContainText("hand raised, number 1", patient);
  await expect(ann.tile("Gil")).toContainText("hand raised, number 1", patient);
});

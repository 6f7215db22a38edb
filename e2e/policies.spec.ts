import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";

const patient = { timeout: 60_000 };

/** Chooses answers on the page of policies and saves them, in a tab beside the meeting. */
async function setPolicies(admin: Person, home: string, answers: Record<string, string>): Promise<void> {
  const page = await admin.context.newPage();
  await page.goto(`${home}/policies`);
  for (const [question, answer] of Object.entries(answers)) {
    await page.getByRole("group", { name: question }).getByRole("radio", { name: new RegExp(`^${answer}`) }).check();
  }
  await page.getByRole("button", { name: "Save policies" }).click();
  await expect(page.getByText("The policies are saved")).toBeVisible(patient);
  await page.close();
}

/** Types a name in the lobby and presses Join, and is not in yet. */
async function knock(guest: Person, link: string): Promise<void> {
  await guest.page.goto(link);
  await guest.page.getByLabel("Your name").fill(guest.name);
  await guest.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(guest.page.getByRole("heading", { name: "You are waiting to be let in" })).toBeVisible(patient);
}

test("a guest waits and is let in, another is refused, and then guests are forbidden", async ({ person }) => {
  test.setTimeout(360_000);
  const ann = await person("Ann");
  await ann.signUp(account("Waiting Friends"));
  const home = ann.home;
  await setPolicies(ann, home, { "Waiting room": "Guests wait" });
  const link = await ann.openRoom();
  await ann.join(link);

  const gil = await person("Gil");
  await knock(gil, link);
  await ann.page.getByRole("button", { name: "Let Gil in" }).click(patient);
  await gil.expectInMeeting();
  await expect(ann.tiles()).toHaveCount(2, patient);
  await expect(ann.page.getByRole("button", { name: "Let Gil in" })).toBeHidden(patient);

  const hal = await person("Hal");
  await knock(hal, link);
  await ann.page.getByRole("button", { name: "Refuse Hal" }).click(patient);
  await expect(hal.page.getByText("did not let you in")).toBeVisible(patient);
  await expect(ann.tiles()).toHaveCount(2);

  await setPolicies(ann, home, { Guests: "Not allowed" });
  await expect(gil.page).toHaveURL(/\/after/, patient);
  await expect(ann.tiles()).toHaveCount(1, patient);
  await gil.page.goto(link);
  await expect(gil.page.getByRole("heading", { name: "This meeting is for members" })).toBeVisible(patient);
});

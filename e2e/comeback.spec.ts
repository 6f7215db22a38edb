import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";
import { expectPictures } from "./lib/stats";

const patient = { timeout: 150_000 };

const chatOf = ({ page }: Person) => page.getByRole("complementary", { name: "Chat" });

async function say(who: Person, text: string): Promise<void> {
  const field = chatOf(who).getByLabel("Message", { exact: true });
  await field.fill(text);
  await field.press("Enter");
}

const said = (who: Person, text: string) => chatOf(who).getByRole("listitem").filter({ has: who.page.getByText(text, { exact: true }) });

/** Two in a meeting, each with Chat open. */
async function twoTalk(person: (name: string) => Promise<Person>, organization: string): Promise<[Person, Person]> {
  const [ann, ben] = [await person("Ann Lindqvist"), await person("Ben Okafor")];
  await ann.signUp(account(organization));
  const link = await ann.openRoom();
  await ann.join(link);
  await ben.join(link);
  for (const one of [ann, ben]) {
    await one.button("Chat").click();
    await expect(chatOf(one).getByLabel("Message", { exact: true })).toBeVisible(patient);
  }
  await say(ann, "Before");
  await expect(said(ben, "Before")).toHaveCount(1, patient);
  return [ann, ben];
}

test("a server that loses its power and is started again: the room comes back, with what was written", async ({ parley, person }) => {
  test.setTimeout(480_000);
  const [ann, ben] = await twoTalk(person, "Power Cuts");
  await parley.kill();
  for (const one of [ann, ben]) await expect(one.page.getByText("The connection was lost.").first()).toBeVisible(patient);
  await say(ann, "While it was away");
  await parley.startAgain();
  for (const one of [ann, ben]) {
    await expect(one.page.getByText("The connection was lost.").first()).toBeHidden(patient);
    await expect(one.tiles()).toHaveCount(2, patient);
    await expectPictures(one.page, 1);
    for (const text of ["Before", "While it was away"]) await expect(said(one, text)).toHaveCount(1, patient);
  }
  await say(ben, "And after");
  await expect(said(ann, "And after")).toHaveCount(1, patient);
});

test("a laptop that was closed for a while: its person is back when it is opened, with what was written meanwhile", async ({ person }) => {
  test.setTimeout(480_000);
  const [ann, ben] = await twoTalk(person, "Closed Laptops");
  const devtools = await ben.context.newCDPSession(ben.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await ben.context.setOffline(true); // what sleeps has no network either
  await say(ann, "While you slept");
  await expect(said(ann, "While you slept")).toHaveCount(1, patient);
  await expect(chatOf(ann).getByText("Sending")).toHaveCount(0, patient);
  await ben.context.setOffline(false);
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await expect(said(ben, "While you slept")).toHaveCount(1, patient);
  for (const one of [ann, ben]) {
    await expect(one.tiles()).toHaveCount(2, patient);
    await expectPictures(one.page, 1);
  }
});

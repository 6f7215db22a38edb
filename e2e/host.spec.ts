import type { Locator } from "@playwright/test";
import { account } from "./lib/accounts";
import { nothingInTheWay } from "./lib/axe";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";

const patient = { timeout: 90_000 };

/** A panel beside the stage, which is opened if it is not. */
async function panel(one: Person, name: "People" | "Host tools"): Promise<Locator> {
  const found = one.page.getByRole("complementary", { name });
  if (!(await found.isVisible())) await one.button(name).click();
  return found;
}

const row = async (one: Person, name: string) => (await panel(one, "People")).getByRole("listitem").filter({ hasText: name });

/** Chooses something from the menu of somebody's row in People. */
async function choose(one: Person, name: string, choice: string): Promise<void> {
  await (await row(one, name)).getByRole("button", { name: `Options for ${name}` }).click(patient);
  await one.page.getByRole("menuitem", { name: choice, exact: true }).click(patient);
}

/** Turns a switch of the host's tools, and waits until the server has it. */
async function turn(host: Person, name: string, on: boolean): Promise<void> {
  const tool = (await panel(host, "Host tools")).getByRole("switch", { name });
  await tool.setChecked(on, patient);
  await expect(tool).toBeChecked({ checked: on, ...patient });
}

/** What the page tells, in sight or to screen readers. */
const told = (one: Person, text: string) => one.page.getByRole("status").getByText(text).first();

async function knock(guest: Person, link: string): Promise<void> {
  await guest.page.goto(link);
  await guest.page.getByLabel("Your name").fill(guest.name);
  await guest.button("Join").click();
  await expect(guest.page.getByRole("heading", { name: "You are waiting to be let in" })).toBeVisible(patient);
}

async function letIn(host: Person, guest: Person): Promise<void> {
  await host.button(`Let ${guest.name} in`).click(patient);
  await expect(guest.button("Leave")).toBeVisible(patient);
  await expect(host.tile(guest.name)).toBeVisible(patient);
}

test("a host with a waiting room", async ({ person }) => {
  test.setTimeout(600_000);
  const ann = await person("Ann");
  await ann.signUp(account("Led Friends"));
  const home = ann.home;
  await ann.page.goto(`${home}/policies`);
  await ann.page.getByRole("group", { name: "Waiting room" }).getByRole("radio", { name: /^Guests wait/ }).check();
  await ann.button("Save policies").click();
  await expect(ann.page.getByText("The policies are saved")).toBeVisible(patient);
  await ann.page.goto(home);
  const link = await ann.openRoom();
  await ann.join(link);
  const gil = await person("Gil");
  await knock(gil, link);

  // Written through the door, and answered to that one person.
  await gil.page.getByLabel("Your message").fill("It is <b>Gil</b>");
  await gil.button("Send").click();
  const door = ann.page.getByRole("region", { name: "Waiting to be let in" });
  await expect(told(ann, "1 person is waiting")).toBeAttached(patient);
  await expect(door.getByRole("heading", { name: "1 person is waiting" })).toBeVisible();
  await expect(door.getByRole("group", { name: "Messages with Gil" })).toContainText("It is <b>Gil</b>", patient);
  await expect(told(ann, "Gil writes: It is <b>Gil</b>")).toBeAttached();
  await door.getByRole("button", { name: "Write to Gil" }).click();
  await door.getByRole("textbox", { name: "Write to Gil" }).fill("One moment");
  await ann.page.keyboard.press("Enter");
  await expect(gil.page.getByRole("log")).toContainText("From insideOne moment", patient);

  // To all at once: each reads it alone, and nothing of the other. One of them is not let in.
  const ida = await person("Ida");
  await knock(ida, link);
  const both = door.getByRole("textbox", { name: "Write to all" });
  await door.getByRole("button", { name: "Write to all" }).click(patient);
  await both.fill("We begin at ten");
  await ann.page.keyboard.press("Enter");
  for (const one of [gil, ida]) await expect(one.page.getByRole("log")).toContainText("From insideWe begin at ten", patient);
  await expect(ida.page.getByRole("log")).not.toContainText("One moment");
  await expect(both).toHaveValue("");
  for (const name of ["Gil", "Ida"]) await expect(door.getByRole("group", { name: `Messages with ${name}` })).toContainText("We begin at ten", patient);
  await door.getByRole("button", { name: "Refuse Ida" }).click();
  await expect(ida.page.getByText("Somebody in the meeting did not let you in.")).toBeVisible(patient);
  await expect(both).toBeHidden();
  await ida.context.close();

  await nothingInTheWay(gil.page, "who waits");
  await nothingInTheWay(ann.page, "who lets them in");
  await letIn(ann, gil);
  await expect(ann.button("People"), "the pressed button is gone, the focus is not").toBeFocused(patient);
  await expect(gil.button("Host tools")).toBeHidden();

  // Hands, in order, for everybody to see.
  await expect(await row(ann, "Ann")).toContainText("Host", patient);
  await gil.button("Raise hand").click();
  await expect(gil.button("Lower hand")).toBeVisible(patient);
  await expect(told(ann, "Gil raised a hand")).toBeAttached(patient);
  await expect(await row(ann, "Gil")).toContainText("hand raised, number 1", patient);
  await expect(ann.tile("Gil")).toContainText("hand raised, number 1");
  await choose(ann, "Gil", "Lower hand");
  await expect(gil.button("Raise hand")).toBeVisible(patient);

  // Muted, and asked: nothing is heard before they say yes.
  await expect(gil.button("Mute")).toBeVisible(patient);
  await choose(ann, "Gil", "Mute");
  const unmute = gil.page.getByRole("toolbar").getByRole("button", { name: "Unmute", exact: true });
  await expect(unmute).toBeVisible(patient);
  await turn(ann, "Unmute themselves", false);
  await expect(told(gil, "Raise your hand to speak")).toBeAttached(patient);
  await unmute.click();
  await expect(told(gil, "you speak when the host asks you to")).toBeAttached(patient);
  await expect(unmute).toBeVisible();
  await choose(ann, "Gil", "Ask to unmute");
  const question = gil.page.getByRole("region", { name: "Question to you" });
  await expect(question).toContainText("Ann asks you to unmute.", patient);
  await expect(unmute).toBeVisible();
  await question.getByRole("button", { name: "Unmute" }).click();
  await expect(gil.button("Mute")).toBeVisible(patient);
  await expect(question).toBeHidden();
  await expect(await row(ann, "Gil")).toContainText("microphone on", patient);
  await turn(ann, "Unmute themselves", true);
  await (await panel(ann, "Host tools")).getByRole("button", { name: "Mute everyone else" }).click();
  await expect(unmute).toBeVisible(patient);
  await expect(ann.button("Mute")).toBeVisible();
  await choose(ann, "Gil", "Stop video");
  await expect(gil.button("Start video")).toBeVisible(patient);

  // Another name, the spotlight, and help with leading.
  await choose(ann, "Gil", "Rename");
  await ann.page.getByRole("dialog").getByLabel("Name").fill("Gilbert");
  await ann.button("Save").click();
  await expect(ann.tile("Gilbert")).toBeVisible(patient);
  await choose(ann, "Gilbert", "Spotlight for everyone");
  await expect(told(gil, "everybody sees you large")).toBeAttached(patient);
  await choose(ann, "Gilbert", "Make co-host");
  await expect(gil.button("Host tools")).toBeVisible(patient);
  await choose(ann, "Gilbert", "Remove as co-host");
  await expect(gil.button("Host tools")).toBeHidden(patient);

  // The lock keeps the next one out, and says so.
  await turn(ann, "Lock the meeting", true);
  const hal = await person("Hal");
  await hal.page.goto(link);
  await expect(hal.page.getByText("The host has locked this meeting")).toBeVisible(patient);
  await hal.page.getByLabel("Your name").fill("Hal");
  await hal.button("Join").click();
  await expect(hal.page.getByRole("heading", { name: "This meeting is locked" })).toBeVisible(patient);
  await turn(ann, "Lock the meeting", false);
  await hal.context.close();

  // Taken out, and asking to come back. The name that they were given stays.
  await choose(ann, "Gilbert", "Remove");
  await ann.button("Remove Gilbert").click();
  await expect(gil.page.getByRole("heading", { name: "You were taken out of the meeting" })).toBeVisible(patient);
  await knock(gil, link);
  await letIn(ann, gil);

  // Banned: no way back, until the host says otherwise.
  await choose(ann, "Gilbert", "Ban");
  await ann.button("Ban Gilbert").click();
  await expect(gil.page.getByText("You cannot come into this room any more")).toBeVisible(patient);
  await gil.page.goto(link);
  await expect(gil.page.getByRole("heading", { name: "You cannot come into this room" })).toBeVisible(patient);
  await (await panel(ann, "Host tools")).getByRole("button", { name: "Let Gilbert back in" }).click(patient);
  await expect(ann.page.getByText("Gilbert can come in again.")).toBeVisible(patient);
  await gil.page.goto(link);
  await gil.button("Join").click(patient);
  await expect(gil.button("Leave")).toBeVisible(patient);
  await expect(ann.tile("Gilbert")).toBeVisible(patient);

  // Handed over; and when the host leaves, the next in line leads, until they are back.
  await choose(ann, "Gilbert", "Make host");
  await expect(await row(gil, "Gilbert")).toContainText("Host", patient);
  await expect(await row(ann, "Ann")).toContainText("Co-host", patient);
  await gil.button("Leave").click();
  await expect(gil.page.getByRole("group", { name: "If you leave, Ann leads." })).toBeVisible(patient);
  await gil.page.getByRole("menuitem", { name: "Leave", exact: true }).click();
  await expect(gil.page).toHaveURL(/\/after/, patient);
  await expect(told(ann, "You are the host of this meeting now")).toBeAttached(patient);
  await gil.page.goto(link);
  await gil.button("Join").click(patient);
  await expect(await row(gil, "Gilbert")).toContainText("Host", patient);
  await expect(await row(gil, "Ann")).toContainText("Co-host", patient);

  // The other way to go.
  await ann.button("Leave").click();
  await expect(ann.page.getByRole("group", { name: "Gilbert goes on leading." })).toBeVisible(patient);
  const over = ann.page.getByRole("dialog", { name: "End the meeting for all 2 people?" });
  await ann.page.getByRole("menuitem", { name: "End for all" }).click();
  await expect(over.getByRole("button", { name: "Not yet" })).toBeFocused(patient);
  await ann.page.keyboard.press("Escape");
  await expect(over).toHaveCount(0, patient);
  await expect(ann.button("Leave")).toBeFocused();
  await (await panel(ann, "Host tools")).getByRole("button", { name: "End for all" }).click();
  await over.getByRole("button", { name: "End for all" }).click(patient);
  await expect(gil.page.getByText("The host ended it for everyone.")).toBeVisible(patient);
  await expect(ann.page.getByText("You ended it for everyone.")).toBeVisible(patient);
});

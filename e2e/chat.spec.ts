import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";

const patient = { timeout: 90_000 };

const chatOf = ({ page }: Person) => page.getByRole("complementary", { name: "Chat" });

/** Opens Chat, if it is not open, and waits until one can write. */
async function chat(person: Person) {
  const panel = chatOf(person);
  if (!(await panel.isVisible())) await person.button("Chat").click();
  await expect(panel.getByLabel("Message", { exact: true })).toBeVisible(patient);
  return panel;
}

async function say(person: Person, text: string): Promise<void> {
  const field = (await chat(person)).getByLabel("Message", { exact: true });
  await field.fill(text);
  await field.press("Enter");
}

/** The rows of the chat that have this text, and nothing more. */
const said = (person: Person, text: string) => chatOf(person).getByRole("listitem").filter({ has: person.page.getByText(text, { exact: true }) });

test("chat through a reconnect", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann");
  await ann.signUp(account("Chat Friends"));
  const link = await ann.openRoom();
  await ann.join(link);
  const gil = await person("Gil");
  await gil.join(link);
  const hal = await person("Hal");
  await hal.join(link);
  await expect(ann.tiles()).toHaveCount(3, patient);

  // To everyone: told to who has it closed, marked as unread, and there when it is opened.
  await say(ann, "Hello https://example.org/a.");
  await expect(gil.page.getByRole("status").getByText("Ann: Hello https://example.org/a.")).toBeAttached(patient);
  await expect(gil.button("Chat")).toHaveAccessibleDescription("1 message you have not read");
  await expect(said(await seen(gil), "https://example.org/a")).toHaveCount(1, patient);
  await expect(gil.button("Chat")).toHaveAccessibleDescription("");
  const anchor = chatOf(gil).getByRole("link", { name: "https://example.org/a" });
  await expect(anchor).toHaveAttribute("rel", "noopener noreferrer nofollow");

  // To one person: the third one has none of it.
  const gils = await chat(gil);
  await gils.getByLabel("To", { exact: true }).selectOption({ label: "Ann" });
  await say(gil, "Only for Ann");
  await expect(said(ann, "Only for Ann")).toContainText("only to you", patient);
  await gils.getByLabel("To", { exact: true }).selectOption({ label: "Everyone" });

  // The line is cut. What the others say meanwhile, and what one writes, is there when it is back: once, and in order.
  await gil.context.setOffline(true);
  await expect(gil.page.getByText("The connection was lost.").first()).toBeVisible(patient);
  await say(gil, "Are you there?");
  await expect(gils.getByText("Waiting for the connection")).toBeVisible(patient);
  await say(ann, "We are");
  await say(hal, "Where is Gil?");
  await expect(said(ann, "Where is Gil?")).toHaveCount(1, patient);
  await gil.context.setOffline(false);
  for (const one of [ann, gil, hal]) {
    await chat(one);
    for (const text of ["We are", "Where is Gil?", "Are you there?"]) await expect(said(one, text)).toHaveCount(1, patient);
  }
  await expect(gils.getByText("Waiting for the connection")).toHaveCount(0, patient);
  expect(await order(gil, ["We are", "Where is Gil?", "Are you there?"])).toBe(true);
  expect(await order(ann, ["We are", "Where is Gil?", "Are you there?"])).toBe(true);
  await expect(said(hal, "Only for Ann")).toHaveCount(0);

  // Who comes back to the page has it all again, and what is in a text stays text.
  await hal.page.reload();
  await hal.expectInMeeting();
  await chat(hal);
  await expect(said(hal, "We are")).toHaveCount(1, patient);
  await expect(said(hal, "Only for Ann")).toHaveCount(0);
  for (const text of payloads) await say(hal, text);
  for (const text of payloads) await expect(chatOf(ann).getByRole("listitem").filter({ hasText: text })).not.toHaveCount(0, patient);
  await expect(chatOf(ann).locator("script, iframe, svg.x, object, embed, form form")).toHaveCount(0);
  expect(await ann.page.evaluate(() => "owned" in window)).toBe(false);
  await expect(chatOf(ann).getByRole("link")).toHaveCount(1);

  // The keyboard alone: Up edits what one wrote last, Escape closes.
  await hal.page.keyboard.press("Escape");
  await expect(hal.button("Chat")).toBeFocused();
});

/** Opens the chat and gives the person back. */
async function seen(one: Person): Promise<Person> {
  await chat(one);
  return one;
}

/** Whether these come one after the other. */
async function order(one: Person, texts: string[]): Promise<boolean> {
  const all = await chatOf(one).getByRole("listitem").allInnerTexts();
  const at = texts.map((text) => all.findIndex((row) => row.includes(text)));
  return at.every((n, i) => n >= 0 && (i === 0 || n > (at[i - 1] ?? -1)));
}

const payloads = [
  "<script>window.owned=1</script>",
  '<img src=x onerror="window.owned=1">',
  "<svg class=x onload=window.owned=1>",
  "javascript:window.owned=1",
  '"><iframe srcdoc="<script>top.owned=1</script>">',
  "{{constructor.constructor('window.owned=1')()}}",
  "\u202Egnp.exe",
];

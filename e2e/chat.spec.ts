import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { fillChat } from "./lib/fullchat";
import type { Person } from "./lib/person";

declare global {
  interface Window {
    touched?: number;
  }
}

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
  const hal = await person(odd); // whose name is markup, and stays a name
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

  await test.step("a reply, an edit and a reaction are seen by the others", async () => {
    await (await tool(hal, "Hello https://example.org/a.", "Reply")).click();
    await say(hal, "I red it");
    await expect(said(ann, "I red it").getByRole("button", { name: "Ann: Hello" })).toBeVisible(patient);
    await hal.page.keyboard.press("ArrowUp");
    await expect(chatOf(hal).getByLabel("Message", { exact: true })).toHaveValue("I red it");
    await say(hal, "I read it");
    const mended = (one: Person) => chatOf(one).getByRole("listitem").filter({ hasText: "I read it" });
    for (const one of [ann, gil]) {
      await expect(mended(one)).toContainText("edited", patient);
      await expect(said(one, "I red it")).toHaveCount(0);
    }
    await (await tool(ann, "I read it", "React")).click();
    await ann.page.getByRole("searchbox", { name: "Search emoji" }).fill("astro");
    await expect(ann.page.getByRole("dialog").getByRole("status")).toHaveText("4 found");
    await ann.page.keyboard.press("Enter");
    const given = (one: Person) => mended(one).getByRole("button", { name: /^astronaut/ });
    await expect(given(gil)).toHaveAccessibleName("astronaut, 1 person", patient);
    await given(gil).click();
    await expect(given(ann)).toHaveAccessibleName("astronaut, 2 people", patient);
    await given(gil).click();
    await expect(given(ann)).toHaveAccessibleName("astronaut, 1 person", patient);
  });

  await test.step("what is deleted is gone for all", async () => {
    await say(hal, "Not meant for here");
    await expect(said(ann, "Not meant for here")).toHaveCount(1, patient);
    await (await tool(hal, "Not meant for here", "Delete")).click();
    for (const one of [ann, gil, hal]) {
      await expect(chatOf(one).getByText("This message was deleted")).toBeVisible(patient);
      await expect(chatOf(one).getByText("Not meant for here")).toHaveCount(0);
    }
  });

  await test.step("emoji by keys: a name in the text, and the picker, which gives the focus back", async () => {
    const field = gils.getByLabel("Message", { exact: true });
    await field.pressSequentially("Fine :thumbs");
    await expect(gils.getByRole("option", { name: "thumbs up" })).toHaveAttribute("aria-selected", "true", patient);
    await field.press("ArrowDown");
    await expect(gils.getByRole("option", { name: "thumbs down" })).toHaveAttribute("aria-selected", "true");
    await field.press("ArrowUp");
    await field.press("Tab");
    await expect(field).toHaveValue("Fine 👍 ");
    const opener = gils.getByRole("button", { name: "Emoji and stickers" });
    await opener.focus();
    await gil.page.keyboard.press("Enter");
    const picker = gil.page.getByRole("dialog", { name: "Emoji and stickers" });
    await expect(picker.getByRole("searchbox")).toBeFocused(patient);
    await gil.page.keyboard.press("Escape");
    await expect(opener).toBeFocused();
    await gil.page.keyboard.press("Enter");
    await expect(picker.getByRole("searchbox")).toBeFocused(patient);
    await gil.page.keyboard.press("ArrowDown"); // what was used last: thumbs up is the first of the reactions
    await gil.page.keyboard.press("End");
    await gil.page.keyboard.press("Home");
    await expect(picker.getByRole("button", { name: "thumbs up", exact: true })).toBeFocused();
    await gil.page.keyboard.press("Control+End");
    await gil.page.keyboard.press("Control+Home");
    await gil.page.keyboard.press("p");
    await gil.page.keyboard.type("arty pop");
    await gil.page.keyboard.press("Enter");
    await expect(field).toHaveValue("Fine 👍 🎉");
    await expect(field).toBeFocused();
    await field.press("Enter");
    await expect(said(ann, "Fine 👍 🎉")).toHaveCount(1, patient);
  });

  // The line is cut. What the others say meanwhile, and what one writes, is there when it is back: once, and in order.
  await gil.context.setOffline(true);
  await expect(gil.page.getByText("The connection was lost.").first()).toBeVisible(patient);
  await say(gil, "Are you there?");
  await expect(gils.getByText("Waiting for the connection")).toBeVisible(patient);
  const waits = gils.getByRole("listitem").filter({ hasText: "Are you there?" });
  await waits.evaluate((row) => row.classList.add("as-it-was"));
  await gils.locator('input[type="file"]').setInputFiles({ name: page.name, mimeType: "image/png", buffer: page.bytes });
  await say(gil, "And this");
  await expect(waits, "what has not changed is not drawn anew").toHaveClass(/as-it-was/);
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

  // What was attached meanwhile is there once, as it was. It is saved, and the meeting stays.
  for (const one of [ann, gil, hal]) await expect(chatOf(one).getByRole("link", { name: `Save ${page.name}` })).toHaveCount(1, patient);
  await expect(chatOf(hal).getByRole("listitem").filter({ has: hal.page.getByRole("link", { name: `Save ${page.name}` }) })).toContainText("And this");
  const [saved] = await Promise.all([hal.page.waitForEvent("download"), chatOf(hal).getByRole("link", { name: `Save ${page.name}` }).press("Enter")]);
  expect(saved.suggestedFilename()).toBe(page.name);
  expect(Buffer.concat(await (await saved.createReadStream()).toArray()).equals(page.bytes), "the bytes are the same").toBe(true);
  await expect(hal.button("Leave")).toBeVisible();
  await gils.locator('input[type="file"]').setInputFiles({ name: "tool.exe", mimeType: "text/plain", buffer: Buffer.from("MZ\x90\x00\x03\x00") });
  await expect(gils.getByRole("list", { name: "Files to send" })).toContainText("tool.exe");
  await gils.getByRole("button", { name: "Send", exact: true }).click();
  await expect(gils.getByText("Programs and scripts cannot be sent here")).toBeVisible(patient);
  await expect(gils.getByRole("button", { name: "Try again" }), "it would be refused again").toHaveCount(0);
  await gils.getByRole("button", { name: "Discard" }).click();
  await expect(gils.getByText("tool.exe")).toHaveCount(0);

  // Who comes back to the page has it all again, what they had begun as well. A file that was on its way is asked for, and not lost without a word.
  const hals = await chat(hal);
  const note = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("a note") };
  await hal.page.route("**/chat/files", () => undefined); // it stays on its way
  await hals.locator('input[type="file"]').setInputFiles(note);
  await hals.getByRole("button", { name: "Send", exact: true }).click();
  await hals.getByLabel("To", { exact: true }).selectOption({ label: "Gil" });
  await hals.getByLabel("Message", { exact: true }).fill("I was about to");
  const asked: string[] = [];
  hal.page.once("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await hal.page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await hal.expectInMeeting();
  await hal.page.unroute("**/chat/files");
  await chat(hal);
  await expect(hals.getByLabel("Message", { exact: true })).toHaveValue("I was about to");
  await expect(hals.getByLabel("To", { exact: true }).locator("option:checked")).toHaveText("Gil", patient);
  await hals.getByLabel("To", { exact: true }).selectOption({ label: "Everyone" });
  await expect(hals.getByLabel("Message", { exact: true }), "it was for Gil").toHaveValue("");
  const [chooser] = await Promise.all([hal.page.waitForEvent("filechooser"), hals.getByRole("button", { name: "Choose it again" }).click()]);
  await chooser.setFiles(note);
  await expect(chatOf(ann).getByRole("link", { name: `Save ${note.name}` })).toHaveCount(1, patient);
  await expect(said(hal, "We are")).toHaveCount(1, patient);
  await expect(said(hal, "Only for Ann")).toHaveCount(0);
  for (const text of payloads) await say(hal, text);
  for (const text of payloads) await expect(chatOf(ann).getByRole("listitem").filter({ hasText: text })).not.toHaveCount(0, patient);
  await expect(chatOf(ann).locator("script, iframe, svg.x, object, embed, form form, img[src=x]")).toHaveCount(0);
  await expect(chatOf(ann).getByText(odd, { exact: true }).first()).toBeVisible();
  for (const one of [ann, gil, hal]) expect(await one.page.evaluate(() => "owned" in window || document.querySelector("b[onmouseover]") !== null)).toBe(false);
  await expect(chatOf(ann).getByRole("link")).toHaveCount(3); // one that was written, and the files

  // The keyboard alone: Up edits what one wrote last, Escape closes.
  await hal.page.keyboard.press("Escape");
  await expect(hal.button("Chat")).toBeFocused();
});

test("typing and one more message touch little in a chat of 1,000", async ({ person }) => {
  test.setTimeout(180_000);
  const ann = await person("Ann");
  await ann.signUp(account("Chatty Friends"));
  await fillChat(ann.page, 1000);
  await ann.join(await ann.openRoom());
  const panel = await chat(ann);
  await expect(said(ann, "Message 1000: and so on and so on and so on and so on and so on")).toHaveCount(1, patient);
  const rows = panel.getByRole("listitem");
  expect(await rows.count(), "only the newest are drawn").toBeLessThanOrEqual(200);

  // What the list's elements go through, while somebody types and sends.
  await panel.getByRole("group", { name: "Messages" }).evaluate((list) => {
    window.touched = 0;
    new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records) window.touched = (window.touched ?? 0) + addedNodes.length + removedNodes.length + 1;
    }).observe(list, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const touched = () => ann.page.evaluate(() => window.touched ?? -1);
  const field = panel.getByLabel("Message", { exact: true });
  await field.pressSequentially("A hundred letters are a sentence of two lines, and none of the messages above has to be drawn again.");
  expect(await touched(), "typing").toBe(0);
  await field.press("Enter");
  await expect(panel.getByText("A hundred letters are")).toHaveCount(1, patient);
  await expect(panel.getByText("Sending")).toHaveCount(0, patient);
  expect(await touched(), "one message").toBeLessThanOrEqual(12);

  // Going back brings what was before, by a key.
  await panel.getByRole("button", { name: "Earlier messages" }).press("Enter");
  await expect.poll(() => rows.count(), patient).toBeGreaterThan(200);
});

/** A page that would do something if it were opened at our address. */
const page = { name: "a long description of the picture that I meant.html", bytes: Buffer.from(`<!DOCTYPE html><script>document.title = "owned"</script>${"x".repeat(300_000)}`) };

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

/** A button of what can be done with a message. */
async function tool(one: Person, text: string, name: string) {
  const row = (await chat(one)).getByRole("listitem").filter({ hasText: text }).last();
  await row.hover();
  return row.getByRole("group", { name: "With this message" }).getByRole("button", { name, exact: true });
}

const odd = "<b onmouseover=window.owned=1>Hal</b>";

const payloads = [
  "<script>window.owned=1</script>",
  '<img src=x onerror="window.owned=1">',
  "<svg class=x onload=window.owned=1>",
  "javascript:window.owned=1",
  '"><iframe srcdoc="<script>top.owned=1</script>">',
  "{{constructor.constructor('window.owned=1')()}}",
  "\u202Egnp.exe",
  "https://example.org@evil.example/",
  "data:text/html,<script>top.owned=1</script>",
  '<a href="javascript:window.owned=1">free</a>',
  ":<img src=x onerror=window.owned=1>:",
];

import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { tabTo } from "./lib/keys";
import type { Person } from "./lib/person";

const patient = { timeout: 60_000 };

/** Goes to a button by Tab and presses it. */
async function press(one: Person, name: string): Promise<void> {
  await tabTo(one.page, one.button(name));
  await one.page.keyboard.press("Enter");
}

/** What screen readers are told on this page. */
const told = (one: Person, text: string) => one.page.getByRole("status").getByText(text);

const panel = (one: Person, name: string) => one.page.getByRole("complementary", { name });

/** Escape closes what is open, and the focus is back on what opened it. */
async function escape(one: Person, name: string, opener = name): Promise<void> {
  await one.page.keyboard.press("Escape");
  await expect(panel(one, name)).toBeHidden(patient);
  await expect(one.button(opener)).toBeFocused(patient);
}

test("a whole meeting by keyboard alone", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann");
  await ann.signUp(account("Keyboard Friends"));
  const link = await ann.openRoom();
  await ann.join(link);
  const ben = await person("Ben");
  const { page } = ben;
  const { keyboard } = page;

  await test.step("in the lobby: the name, the devices, the way in", async () => {
    await page.goto(link);
    const microphone = page.getByLabel("Microphone", { exact: true });
    await expect(microphone).toBeEnabled(patient);
    const name = page.getByLabel("Your name");
    await tabTo(page, name);
    await keyboard.type("Ben");
    await tabTo(page, microphone);
    const before = await microphone.inputValue();
    await keyboard.press("ArrowDown");
    await expect(microphone).not.toHaveValue(before, patient);
    await tabTo(page, page.getByLabel("Camera", { exact: true }));
    await press(ben, "Join");
    await ben.expectInMeeting();
    await expect(told(ann, "Ben joined")).toBeAttached(patient);
  });

  await test.step("microphone and camera, by the button and by the key", async () => {
    await press(ben, "Mute");
    await expect(ben.button("Unmute")).toBeFocused(patient);
    await expect(ben.button("Unmute")).toHaveAttribute("aria-keyshortcuts", "M");
    await keyboard.press("m");
    await expect(ben.button("Mute")).toBeVisible(patient);
    await press(ben, "Stop video");
    await expect(ben.button("Start video")).toBeFocused(patient);
    await keyboard.press("v");
    await expect(ben.button("Stop video")).toBeVisible(patient);
  });

  await test.step("menus: arrows move, Escape closes and gives the focus back", async () => {
    await tabTo(page, page.getByRole("button", { name: "Choose what you share" }).or(page.locator(".m-split-share .m-more")).first());
    await keyboard.press("Enter");
    const items = page.getByRole("menuitemradio");
    await expect(items.first()).toBeFocused(patient);
    await keyboard.press("ArrowDown");
    await expect(items.nth(1)).toBeFocused();
    await keyboard.press("Escape");
    await expect(page.getByRole("menu")).toBeHidden();
    await expect(page.locator(".m-split-share .m-more")).toBeFocused();

    await tabTo(page, page.locator(".m-view"));
    await keyboard.press("Enter");
    await expect(page.getByRole("menuitemradio", { name: "Grid" })).toBeFocused(patient);
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await expect(page.locator(".m-view")).toContainText("Speaker");
    await expect(page.locator(".m-view")).toBeFocused();
    await keyboard.press("l");
    await keyboard.press("l");
    await expect(page.locator(".m-view")).toContainText("Grid");
  });

  await test.step("a hand, and a reaction", async () => {
    await press(ben, "Raise hand");
    await expect(told(ann, "Ben raised a hand")).toBeAttached(patient);
    await keyboard.press("h");
    await expect(ben.button("Raise hand")).toBeFocused(patient);
    await press(ben, "React");
    const reactions = panel(ben, "React").getByRole("group", { name: "Reactions" }).getByRole("button");
    await expect(reactions.first()).toBeVisible(patient);
    await tabTo(page, reactions.first());
    await keyboard.press("ArrowRight");
    await expect(reactions.nth(1)).toBeFocused();
    await keyboard.press("Enter");
    await expect(told(ann, "Ben sent")).toBeAttached(patient);
    await escape(ben, "React");
  });

  await test.step("chat: write, send, and out again", async () => {
    await press(ben, "Chat");
    const field = panel(ben, "Chat").getByLabel("Message", { exact: true });
    await expect(field).toBeFocused(patient);
    await keyboard.type("Can you hear me?"); // with m, h and c in it, which are for the text
    await keyboard.press("Enter");
    await expect(told(ann, "Ben: Can you hear me?")).toBeAttached(patient);
    await expect(ben.button("Mute")).toBeVisible();
    await escape(ben, "Chat");
    await keyboard.press("c");
    await expect(field).toBeFocused(patient);
    await escape(ben, "Chat");
  });

  await test.step("people, and the list of keys", async () => {
    await press(ben, "People");
    await expect(panel(ben, "People").getByRole("listitem").filter({ hasText: "Ann" })).toBeVisible(patient);
    await escape(ben, "People");
    await keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(sheet).toBeVisible(patient);
    await expect(sheet.getByText("Chat", { exact: true })).toBeVisible();
    await keyboard.press("Escape");
    await expect(sheet).toBeHidden(patient);
    await expect(ben.button("People")).toBeFocused(patient);
  });

  await test.step("large text on a small window: what is folded gives the focus back to More", async () => {
    await page.setViewportSize({ width: 640, height: 400 });
    await press(ben, "More");
    const people = page.getByRole("menuitem", { name: "People" });
    await expect(people).toBeVisible(patient);
    while (!(await people.evaluate((item) => item === document.activeElement))) await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await expect(panel(ben, "People")).toBeVisible(patient);
    await escape(ben, "People", "More");
  });

  await press(ben, "Leave");
  await expect(page).toHaveURL(/\/after/, patient);
  await expect(told(ann, "Ben left")).toBeAttached(patient);
});

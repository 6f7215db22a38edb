import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";

// What happens before a meeting: hearing oneself, coming back with one click, and a camera that another program holds.

const patient = { timeout: 60_000 };

/** Gives the page a microphone that hears a tone as loud as this, 0 to 1: no test waits for a voice. */
async function withTone(page: Page, loud: number): Promise<void> {
  await page.addInitScript((level) => {
    const devices = navigator.mediaDevices;
    const real = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      const stream = await real(wanted);
      if (!wanted?.audio) return stream;
      const context = new AudioContext();
      const gain = context.createGain();
      const out = context.createMediaStreamDestination();
      const tone = context.createOscillator();
      gain.gain.value = level;
      tone.connect(gain).connect(out);
      tone.start();
      for (const track of stream.getAudioTracks()) stream.removeTrack(track);
      for (const track of out.stream.getAudioTracks()) stream.addTrack(track);
      return stream;
    };
  }, loud);
}

declare global {
  interface Window {
    told?: { words: string[]; loudest: number };
  }
}

/** Has the page keep what the sheet says and how loud it shows one to be: both pass by. */
const keepWhatIsTold = (page: Page) =>
  page.evaluate(() => {
    const told = (window.told = { words: [] as string[], loudest: 0 });
    new MutationObserver(() => {
      const sheet = document.querySelector("dialog[open]");
      const word = sheet?.querySelector("[role=status]")?.textContent ?? "";
      if (word !== "" && !told.words.includes(word)) told.words.push(word);
      told.loudest = Math.max(told.loudest, Number(sheet?.querySelector("[role=meter]")?.getAttribute("aria-valuenow") ?? 0));
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
  });

for (const [what, loud, says] of [
  ["a voice", 0.3, "We hear you well."],
  ["silence", 0, "We hear nothing. Is the right microphone chosen"],
] as const) {
  test(`somebody who tries their sound is told what is heard: ${what}`, async ({ person }) => {
    test.setTimeout(180_000);
    const ann = await person("Ann");
    await ann.signUp(account("Lindqvist Gardens"));
    const link = await ann.openRoom();
    const { page } = ann;
    await withTone(page, loud);
    await page.goto(link);
    await expect(page.getByRole("button", { name: "Mute", exact: true })).toBeEnabled(patient);
    const button = page.getByRole("button", { name: "Hear yourself" });
    await keepWhatIsTold(page);
    await button.focus();
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: "Hear yourself" });
    await expect(sheet.getByText("With headphones you hear it best")).toBeVisible(patient);
    await expect(sheet.getByRole("status")).toContainText(says, patient); // recorded, and played back
    const told = await page.evaluate(() => window.told);
    expect(told?.words.slice(0, 2)).toEqual(["Say something. You hear it back in a moment.", "This is how the others hear you."]);
    if (loud > 0) expect(told?.loudest).toBeGreaterThan(20);
    else expect(told?.loudest).toBeLessThan(10);
    await expect(sheet.getByRole("button", { name: "Play it again" })).toBeVisible();
    expect((await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).setLegacyMode().analyze()).violations).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
    await expect(button).toBeFocused();
  });
}

test("who comes back needs one click, and goes in as the last time", async ({ person }) => {
  test.setTimeout(480_000);
  const ann = await person("Ann");
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  const gil = await person("Gil Marsh");
  const { page } = gil;
  await page.goto(link);
  await expect(gil.button("Stop video")).toBeEnabled(patient);
  await gil.button("Stop video").click();
  await expect(gil.button("Start video")).toBeVisible(patient);
  await gil.enter();
  await gil.leave();

  const tab = await gil.tab(); // nothing that one tab alone keeps
  await tab.page.goto(link);
  await expect(tab.page.getByLabel("Your name")).toHaveValue("Gil Marsh");
  await expect(tab.button("Start video")).toBeEnabled(patient);
  await tab.button("Join").click();
  await expect(tab.button("Leave")).toBeVisible(patient);
  await expect(tab.button("Start video")).toBeVisible(patient);
  await expect(tab.button("Mute")).toBeVisible(patient);

  // The meeting's address in one more tab takes the seat there, with the camera off as well. The first lets go of all it had.
  await tab.page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d")?.fillRect(0, 0, 30, 30);
    navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(5);
  });
  const shared = tab.page.getByRole("region", { name: "Your screen" });
  await tab.button("Share").click();
  await expect(shared).toBeVisible(patient);
  const third = await gil.tab();
  await third.page.goto(tab.page.url());
  await expect(third.button("Leave")).toBeVisible(patient);
  await expect(third.button("Start video")).toBeVisible(patient);
  await expect(tab.page.getByRole("heading", { name: "You joined from another tab" })).toBeFocused(patient);
  for (const key of ["v", "s"]) await tab.page.keyboard.press(key); // neither switches anything on there
  for (const under of [".m-top", ".m-stage", ".m-bar"]) await expect(tab.page.locator(under)).toHaveJSProperty("inert", true);
  await tab.button("Come back here").click();
  await expect(tab.button("Start video")).toBeVisible(patient);
  await expect(tab.page.locator(".m-stage")).toHaveJSProperty("inert", false);
  await expect(tab.button("Share")).toBeVisible(patient);
  await expect(shared).toBeHidden();
});

test("a camera and a microphone that another program holds are explained, and one can try again", async ({ person }) => {
  test.setTimeout(180_000);
  const ann = await person("Ann");
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  const { page } = ann;
  await page.addInitScript(() => {
    const devices = navigator.mediaDevices;
    const real = devices.getUserMedia.bind(devices);
    let free = false;
    document.addEventListener("click", () => (free = true), { capture: true }); // the other program has been closed
    devices.getUserMedia = (wanted) => (free ? real(wanted) : Promise.reject(new DOMException("Could not start video source", "NotReadableError")));
  });
  await page.goto(link);
  await expect(page.getByText("Another program is using your camera and microphone.")).toBeVisible(patient);
  await expect(page.getByText("You can also join without")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(ann.button("Stop video")).toBeVisible(patient);
  await expect(page.getByText("Another program is using")).toBeHidden(patient);
});

import { account } from "./lib/accounts";
import { nothingInTheWay } from "./lib/axe";
import { FirefoxPerson, launchFirefox } from "./lib/firefox";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";
import { expectPictures, expectVoices, statsOf } from "./lib/stats";

const patient = { timeout: 60_000 };

async function requireEncryption(admin: Person): Promise<void> {
  const { home, page } = admin;
  await page.goto(`${home}/policies`);
  await page.getByRole("group", { name: "End-to-end encryption" }).getByRole("radio", { name: /^Required/ }).check();
  await page.getByRole("button", { name: "Save policies" }).click();
  await expect(page.getByText("The policies are saved")).toBeVisible(patient);
  await page.goto(home);
}

/** The digits behind the lock, which people read to each other; `whose` has axe look at them there. */
async function code(person: Person, whose = ""): Promise<string> {
  const lock = person.button("Encrypted");
  await lock.click(patient);
  const digits = person.page.getByText(/^\d{5} \d{5} \d{5} \d{5}$/);
  await expect(digits).toBeVisible(patient);
  const text = await digits.innerText();
  if (whose !== "") await nothingInTheWay(person.page, `the lock of ${whose}`);
  await lock.click();
  return text;
}

/** Opens Chat and sends a text to everybody. */
async function write(person: Person, text: string): Promise<void> {
  await person.button("Chat").click();
  const field = person.page.getByRole("complementary", { name: "Chat" }).getByLabel("Message", { exact: true });
  await field.fill(text, patient);
  await field.press("Enter");
}

test("an encrypted meeting is seen and heard by those who have its key, and by nobody else", async ({ parley, person }) => {
  test.setTimeout(600_000);
  const ann = await person("Ann");
  await ann.signUp(account("Sealed Friends"));
  await requireEncryption(ann);
  const link = await ann.openRoom();
  await ann.page.goto(link);
  await expect(ann.page.getByText("Sound and picture are encrypted end to end.")).toBeVisible(patient);
  await ann.enter();

  const gil = await person("Gil");
  await gil.join(link); // by the plain link, as everybody always has
  for (const one of [ann, gil]) {
    await expect(one.tiles()).toHaveCount(2, patient);
    await expectPictures(one.page, 1);
    await expectVoices(one.page, 1);
  }
  const digits = await code(ann, "who came first");
  expect(await code(gil)).toBe(digits);

  const secret = "Four lamps and a kettle";
  await test.step("what is written is read by the other, and nowhere on the server", async () => {
    await write(ann, secret);
    await gil.button("Chat").click();
    await expect(gil.page.getByRole("listitem").getByText(secret)).toBeVisible(patient);
    const kept = await ann.page.evaluate(async (chat) => (await fetch(chat)).json() as Promise<{ messages: { text: string; sealed: boolean }[] }>, `${link}/chat?after=0`);
    expect(kept.messages.map(({ sealed }) => sealed)).toEqual([true]);
    expect(kept.messages[0]?.text).toMatch(/^1\.\d+\.[\w-]+$/);
    expect(await parley.keeps(kept.messages[0]?.text ?? ""), "the box is kept").toBe(true);
    expect(await parley.keeps(secret), "the text is not").toBe(false);
    const plan = { name: "a plan of lamps.txt", mimeType: "text/plain", buffer: Buffer.from("Six lamps and a stove\n".repeat(20_000)) };
    const anns = ann.page.getByRole("complementary", { name: "Chat" });
    await anns.locator('input[type="file"]').setInputFiles(plan);
    await expect(anns.getByRole("list", { name: "Files to send" })).toContainText(plan.name);
    await anns.getByRole("button", { name: "Send", exact: true }).click();
    const save = gil.page.getByRole("complementary", { name: "Chat" }).getByRole("button", { name: `Save ${plan.name}` });
    await expect(save).toBeVisible(patient);
    const [saved] = await Promise.all([gil.page.waitForEvent("download"), save.click()]);
    expect(saved.suggestedFilename()).toBe(plan.name);
    expect(Buffer.concat(await (await saved.createReadStream()).toArray()).equals(plan.buffer), "the file is the same").toBe(true);
    for (const text of ["Six lamps and a stove", plan.name]) expect(await parley.keeps(text), "the file is not kept in the clear").toBe(false);

    // What is in a file, only the pages see: Ann's refuses a program, and where hers does not, Gil's does.
    const tool = { name: "holiday.png", mimeType: "image/png", buffer: Buffer.from("MZ\x90\0\x03\0") };
    await anns.locator('input[type="file"]').setInputFiles(tool);
    await expect(anns.getByText(`${tool.name} is a program or a script`)).toBeVisible(patient);
    await ann.page.evaluate(() => (Blob.prototype.slice = () => new Blob([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)])));
    await anns.locator('input[type="file"]').setInputFiles(tool);
    await expect(anns.getByRole("list", { name: "Files to send" })).toContainText(tool.name);
    await anns.getByRole("button", { name: "Send", exact: true }).click();
    let downloads = 0;
    gil.page.on("download", () => downloads++);
    await gil.page.getByRole("complementary", { name: "Chat" }).getByRole("button", { name: `Save ${tool.name}` }).click(patient);
    await expect(gil.page.getByText(`${tool.name} was not saved: it is a program or a script`)).toBeVisible(patient);
    expect(downloads).toBe(0);
    await gil.button("Chat").click();
    await ann.button("Chat").click();
  });

  await test.step("what goes around the encryption says so", async () => {
    await gil.button("React").click();
    await expect(gil.page.getByRole("complementary", { name: "React" })).toContainText("not end-to-end encrypted", patient);
    await gil.button("React").click();
  });

  await test.step("who cannot be given the key sees and hears nobody, and reads why", async () => {
    const eve = await person("Eve");
    await eve.context.addInitScript(() => {
      crypto.subtle.decrypt = () => Promise.reject(new Error("not today")); // of the page alone: what is handed over cannot be opened
    });
    await eve.join(link);
    await expect(eve.page.getByText("you see and hear nobody")).toBeVisible(patient);
    await expect(eve.button("No key yet")).toBeVisible();
    await expect(ann.tiles()).toHaveCount(3, patient);
    await expectPictures(ann.page, 1); // still of Gil, and under a new key soon
    await expect.poll(async () => (await statsOf(eve.page))?.tracks.length, patient).toBe(4); // all of it comes, and none of it opens
    await expect(eve.page.getByText("Nobody has handed over the key")).toBeVisible(patient);
    expect((await statsOf(eve.page))?.tracks.map((track) => track.framesDecoded + track.audioLevel)).toEqual([0, 0, 0, 0]);
    await eve.button("Chat").click();
    await expect(eve.page.getByRole("listitem").getByText("This message cannot be opened here.").first()).toBeVisible(patient);
    await expect(eve.page.getByText(secret)).toHaveCount(0);
    for (const name of ["Ann", "Gil"]) await expect(eve.tile(name)).not.toHaveClass(/has-picture/);
    await eve.page.close();
  });

  await test.step("a reload gets the key anew, and the digits are the same", async () => {
    await gil.page.reload();
    await gil.expectInMeeting();
    await expectPictures(gil.page, 1);
    await expectPictures(ann.page, 1);
    expect(await code(gil)).toBe(digits);
  });

  await test.step("a browser that cannot encrypt is told so before it joins", async () => {
    const old = await person("Old");
    await old.context.addInitScript(() => {
      Reflect.deleteProperty(RTCRtpSender.prototype, "createEncodedStreams");
      Reflect.deleteProperty(window, "RTCRtpScriptTransform");
    });
    await old.page.goto(link);
    await expect(old.page.getByText("which this browser cannot do. Join with a current Chrome, Edge, Firefox or Safari.")).toBeVisible(patient);
    await expect(old.page.getByRole("button", { name: "Join", exact: true })).toBeDisabled();
  });
});

test("Firefox and Chromium hand each other the key", async ({ person }) => {
  test.setTimeout(360_000);
  const ann = await person("Ann");
  await ann.signUp(account("Two Browsers"));
  await requireEncryption(ann);
  const link = await ann.openRoom();
  await ann.join(link);
  const firefox = await launchFirefox();
  try {
    const finn = await FirefoxPerson.arrive("Finn", firefox);
    await finn.join(link);
    await expect(ann.tiles()).toHaveCount(2, patient);
    await expectPictures(ann.page, 1);
    await expectPictures(finn.page, 1);
    await expectVoices(finn.page, 1);
    await expectVoices(ann.page, 1);
  } finally {
    await firefox.close();
  }
});

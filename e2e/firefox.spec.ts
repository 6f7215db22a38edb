import { account } from "./lib/accounts";
import { FirefoxPerson, launchFirefox, visitWithFirefox } from "./lib/firefox";
import { expect, test } from "./lib/fixtures";
import { ForeignSite } from "./lib/sdk";
import { expectScreen } from "./lib/slides";
import { expectPictures, expectVoices } from "./lib/stats";
import { signToken, type MediaKey } from "./lib/token";

test("a guest with Firefox meets a host with Chromium", async ({ person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann Lindqvist");
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  await ann.join(link);
  const firefox = await launchFirefox();
  try {
    const finn = await FirefoxPerson.arrive("Finn", firefox);

    await test.step("in the lobby the network is checked, and the sound is tried to its end", async () => {
      await finn.page.goto(link);
      await finn.click("Check your network");
      await finn.reads("dialog[open]", /Directly, over UDP[^]*Works[^]*Check again/);
      await finn.page.keyboard.press("Escape");
      await finn.click("Hear yourself");
      await finn.reads("dialog[open] [role=status]", /^(We hear|You are very loud|Your browser could not)/); // by what the machine has
      await finn.page.keyboard.press("Escape");
    });

    await test.step("they see and hear each other", async () => {
      await finn.enter();
      await expect(ann.tiles()).toHaveCount(2);
      await expectPictures(ann.page, 1);
      await expectPictures(finn.page, 1);
      await expectVoices(finn.page, 1);
      await expectVoices(ann.page, 1);
    });

    await test.step("each sees when the other mutes or stops the picture", async () => {
      await finn.click("Mute");
      await expect(ann.tile("Finn")).toContainText(/muted/i);
      await finn.click("Unmute");
      await expect(ann.tile("Finn")).not.toContainText(/muted/i);
      await finn.click("Stop video");
      await expect(ann.tile("Finn")).not.toHaveClass(/has-picture/);
      await finn.click("Start video");
      await expect(ann.tile("Finn")).toHaveClass(/has-picture/);
      await expectPictures(ann.page, 1);
    });

    await test.step("the panels open, and what is done in them reaches the other", async () => {
      const panel = ".m-people:not([hidden])";
      await finn.click("People");
      await finn.reads(panel, /Ann Lindqvist[^]*Finn/);
      await finn.click("Chat");
      await finn.page.locator("#chat-text").fill("Hello from Firefox");
      await finn.page.keyboard.press("Enter");
      await finn.reads(panel, /Hello from Firefox/);
      await ann.button("Chat").click();
      await expect(ann.page.getByRole("complementary", { name: "Chat" }).getByText("Hello from Firefox")).toBeVisible();
      await finn.click("React");
      await finn.reads(panel, /Reactions/);
      await finn.page.keyboard.press("Escape");
      await finn.click("Raise hand");
      await expect(ann.tile("Finn")).toContainText("hand raised, number 1");
      await finn.page.keyboard.press("n");
      await finn.reads(panel, /Your connection|Receive sound only/);
      await finn.page.locator(".m-quality-more summary").click();
      await finn.reads(panel, /Upload\s+[1-9][\d,]* kbit\/s\s+Download\s+[1-9][\d,]* kbit\/s/);
      await finn.page.keyboard.press("Escape");
    });

    await test.step("views, the list of keys and the small window", async () => {
      const layout = () => finn.page.$$eval(".m-tiles .tile", (all) => all.map((one) => Math.round(one.getBoundingClientRect().width)));
      await finn.page.locator(".m-view").click();
      await finn.page.locator(".m-menu ::-p-text(Sidebar)").click();
      await expect.poll(async () => Math.min(...(await layout())) * 2 < Math.max(...(await layout()))).toBe(true);
      await finn.page.keyboard.press("?");
      await finn.reads("dialog[open]", /Keyboard shortcuts[^]*Talk while you hold it/);
      await finn.page.keyboard.press("Escape");
      await finn.click("More");
      await finn.page.locator(".m-menu ::-p-text(Small window over all others)").click();
      const small = () => finn.page.evaluate(() => (window as { documentPictureInPicture?: { window: Window | null } }).documentPictureInPicture?.window?.document.querySelectorAll(".tile.has-picture").length ?? 0);
      await expect.poll(small).toBe(2);
      await finn.click("More");
      await finn.page.locator(".m-menu ::-p-text(Close the small window)").click();
      await expect.poll(small).toBe(0);
      await expectPictures(finn.page, 1);
    });

    await test.step("a screen from Firefox is seen in Chromium, and what Firefox does not share is said", async () => {
      await finn.capturesItsTab();
      await finn.click("Share");
      await finn.reads(".m-sharing", /You are sharing\. This browser shares pictures without their sound\./);
      await expect(ann.page.getByText("Finn is sharing", { exact: true })).toBeVisible();
      await expect(ann.page.locator(".tile-share.is-large.has-picture")).toBeVisible();
      await expectScreen(ann);
      await finn.click("Motion");
      await expect.poll(() => finn.page.$$eval(".m-tune", (all) => all.map((one) => one.getAttribute("aria-pressed")))).toEqual(["false", "true"]);
      await expectScreen(ann);
      await finn.click("Stop sharing");
      await expect(ann.page.locator(".tile-share")).toHaveCount(0);
      await expect.poll(() => finn.text(".m-sharing:not([hidden])")).toBe("");
    });

    await test.step("a reload comes back as the same person", async () => {
      await finn.page.reload();
      await finn.expectInMeeting();
      await expectPictures(finn.page, 1);
      await expectPictures(ann.page, 1);
      await expect(ann.tiles()).toHaveCount(2);
    });

    await test.step("leaving leads to the page after the call, and the host is alone", async () => {
      await finn.leave();
      await expect(ann.tiles()).toHaveCount(1);
    });
  } finally {
    await firefox.close();
  }
});

test("a plain LiveKit client in Firefox sees one in Chromium, and is seen, over one connection and over two", async ({ parley, browsers }) => {
  test.setTimeout(180_000);
  const { slug } = JSON.parse(await parley.admin("org", "create", "--name", "Acme", "--plan", "free", "--json")) as { slug: string };
  const key = JSON.parse(await parley.admin("key", "create", "--org", slug, "--json")) as MediaKey;
  const site = await ForeignSite.start();
  const firefox = await launchFirefox();
  try {
    for (const single of [false, true]) {
      const [ann, finn] = [await site.visit(await browsers()), await visitWithFirefox(site, firefox)];
      expect(await ann.connect(key.url, signToken(key, { room: "daily", identity: "ann" }), single)).toBe("");
      await ann.publish();
      expect(await finn.connect(key.url, signToken(key, { room: "daily", identity: "finn" }), single)).toBe("");
      await finn.publish();
      await finn.sees("ann");
      await ann.sees("finn");
      await ann.leave();
      await finn.leave();
    }
  } finally {
    await firefox.close();
    await site.stop();
  }
});

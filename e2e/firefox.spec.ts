import { account } from "./lib/accounts";
import { FirefoxPerson, launchFirefox, visitWithFirefox } from "./lib/firefox";
import { expect, test } from "./lib/fixtures";
import { ForeignSite } from "./lib/sdk";
import { expectPictures, expectVoices } from "./lib/stats";
import { signToken, type MediaKey } from "./lib/token";

test("a guest with Firefox meets a host with Chromium", async ({ person }) => {
  test.setTimeout(180_000);
  const ann = await person("Ann Lindqvist");
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  await ann.join(link);
  const firefox = await launchFirefox();
  try {
    const finn = await FirefoxPerson.arrive("Finn", firefox);

    await test.step("they see and hear each other", async () => {
      await finn.join(link);
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

import { account } from "./lib/accounts";
import { FirefoxPerson, launchFirefox } from "./lib/firefox";
import { expect, test } from "./lib/fixtures";
import { expectPictures, expectVoices } from "./lib/stats";

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

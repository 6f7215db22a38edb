import { chromium } from "@playwright/test";
import { account } from "./lib/accounts";
import { Box, farSide } from "./lib/box";
import { launchOptions } from "./lib/chromium";
import { expect, test as base } from "./lib/fixtures";
import { Person } from "./lib/person";
import { ParleyServer } from "./lib/server";
import { expectPictures } from "./lib/stats";

const patient = { timeout: 90_000 };

/** People whose media goes over a way that can lose some of it. */
const test = base.extend<{ way: { box: Box; person: (name: string) => Promise<Person> } }>({
  way: async ({}, use, info) => {
    const parley = await ParleyServer.start({ host: farSide, flags: ["--node-ip", `${farSide}/127.0.0.1`] });
    const box = await Box.open({ udp: [parley.mediaPort], tcp: [parley.port] }, farSide);
    const browser = await chromium.launch(launchOptions());
    const baseURL = `http://${farSide}:${parley.port}`;
    await use({
      box,
      person: async (name) => {
        const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
        await context.grantPermissions(["camera", "microphone", "clipboard-read", "clipboard-write"], { origin: baseURL });
        return Person.arrive(name, context);
      },
    });
    if (info.errors.length > 0) await info.attach("parley.log", { body: parley.log, contentType: "text/plain" });
    await browser.close();
    await box.close();
    await parley.stop();
  },
});

test("a weak connection has a mark with a name, for the others and for oneself", async ({ way }) => {
  test.setTimeout(300_000);
  const [ann, ben] = [await way.person("Ann Lindqvist"), await way.person("Ben Okafor")];
  await ann.signUp(account("Weak Lines"));
  const link = await ann.openRoom();
  await ann.join(link);
  await ben.join(link);
  await expectPictures(ann.page, 1);
  way.box.losesOneIn = 3;
  await expect(ann.tile("Ben Okafor").getByText("Very weak")).toBeVisible(patient);
  await expect(ben.tile("You").getByText("Very weak")).toBeVisible(patient);
  await ann.button("People").click();
  const row = ann.page.getByRole("complementary", { name: "People" }).getByRole("listitem").filter({ hasText: "Ben Okafor" });
  await expect(row).toContainText("Connection: Very weak", patient);
});

import { type Page, chromium } from "@playwright/test";
import { account } from "./lib/accounts";
import { watchAsked } from "./lib/asked";
import { Box, farSide } from "./lib/box";
import { launchOptions } from "./lib/chromium";
import { showPictures, watchRoomName } from "./lib/crowd";
import { expect, test as base } from "./lib/fixtures";
import { watchIncoming } from "./lib/incoming";
import { Person } from "./lib/person";
import { ForeignSite } from "./lib/sdk";
import { ParleyServer } from "./lib/server";
import { expectPictures, statsOf } from "./lib/stats";
import { type MediaKey, signToken } from "./lib/token";

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

/** From now on the browser says that its encoder has too little time, as one on a slow device does. */
const overload = (who: Person, on: boolean): Promise<void> => who.page.evaluate((on) => void (window.overloaded = on), on);

/** The page's clock goes on by so much at once: what takes eight seconds of being busy takes a moment. */
const pass = (who: Person, ms: number): Promise<void> => who.page.evaluate((ms) => void (window.ahead = (window.ahead ?? 0) + ms), ms);

declare global {
  interface Window {
    overloaded?: boolean;
    ahead?: number;
  }
}

/** How many sizes of its picture the browser is told to send, however much of them a busy machine gets done. */
const sizesSent = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const senders = (window.connections ?? []).filter((c) => c.signalingState !== "closed").flatMap((c) => c.getSenders());
    return Math.max(0, ...senders.filter((s) => s.track?.kind === "video").map((s) => s.getParameters().encodings.filter((e) => e.active).length));
  });

test("a busy device sends less, says so, and comes back when it is told to", async ({ person, parley, browsers }) => {
  test.setTimeout(300_000);
  const [ann, ben] = [await person("Ann Lindqvist"), await person("Ben Okafor")];
  await ann.page.addInitScript(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + (window.ahead ?? 0);
    const stats = RTCRtpSender.prototype.getStats;
    RTCRtpSender.prototype.getStats = async function () {
      const report = await stats.call(this);
      const entries = [...report.values()].map((e: RTCStats) => [e.id, window.overloaded && e.type === "outbound-rtp" ? { ...e, qualityLimitationReason: "cpu" } : e] as const);
      return new Map(entries) as unknown as RTCStatsReport;
    };
  });
  await watchIncoming(ann.page); // it remembers the connections
  const [roomName, asked] = [watchRoomName(ann.page), watchAsked(ann.page)];
  await ann.signUp(account("Slow Machines"));
  const key = JSON.parse(await parley.admin("key", "create", "--org", ann.home.replace("/o/", ""), "--json")) as MediaKey;
  const link = await ann.openRoom();
  await ann.join(link);
  await ben.join(link);
  await expectPictures(ben.page, 1);
  const heightAt = async (who: Person): Promise<number> => (await statsOf(who.page))?.tracks.find((track) => track.kind === "video" && !track.identity.startsWith("Person"))?.height ?? 0;
  const sent = () => sizesSent(ann.page);
  await expect.poll(sent, { message: "a large picture", ...patient }).toBeGreaterThan(1);

  const site = await ForeignSite.start();
  const crowd = await site.visit(await browsers());
  const room = await roomName();
  await showPictures(crowd, key.url, Array.from({ length: 4 }, (_, i) => signToken(key, { room, identity: `Person ${i + 1}` })));
  const shown = ann.tiles().and(ann.page.locator(".has-picture:not(.is-self)"));
  const resting = ann.tiles().filter({ hasText: "picture paused" });
  await expect(shown, "five pictures").toHaveCount(5, patient);
  await expect(resting).toHaveCount(0);

  await ann.button("More").click();
  await ann.page.getByRole("menuitem", { name: "Connection", exact: true }).click();
  const panel = ann.page.getByRole("complementary", { name: "Connection", exact: true });
  const spare = panel.getByRole("checkbox", { name: "Spare a busy device" });
  await spare.check();
  await overload(ann, true);
  await expect(panel.getByText("Your device is busy: we send a smaller picture.")).toBeVisible(patient); // after eight seconds
  await pass(ann, 8000);
  await expect(panel.getByText("Your device is busy: we send a small picture.")).toBeVisible(patient);
  await expect.poll(sent, { message: "a small picture", ...patient }).toBe(1);
  await expect.poll(() => heightAt(ben), { message: "which comes", ...patient }).toBeLessThan(360);

  await test.step("busier still, it receives less as well, and then fewer", async () => {
    await expect.poll(asked, { message: "a large picture of the other one", ...patient }).toBe("large");
    await pass(ann, 8000);
    await expect(panel.getByText("Your device is busy: we send and show small pictures.")).toBeVisible(patient);
    await expect.poll(asked, { message: "a small picture of the other one", ...patient }).toBe("small");
    await expect.poll(() => heightAt(ann), { message: "which comes", ...patient }).toBeLessThan(360);
    await pass(ann, 8000);
    await expect(panel.getByText("Your device is busy: we show fewer pictures.")).toBeVisible(patient);
    await expect(ann.page.getByRole("status").getByText("Your device is busy: we show fewer pictures.")).toBeAttached(patient);
    await expect(shown, "four pictures, and the fifth says that it rests").toHaveCount(4, patient);
    await expect(resting).toHaveCount(1, patient);
    await expect(resting).toContainText("Person 4");
    await expect(ann.tiles(), "and everybody is still there").toHaveCount(6);
  });

  await crowd.context.close();
  await site.stop();
  await spare.uncheck();
  await expect(panel.getByText("Your device is busy")).toBeHidden(patient);
  await expect.poll(asked, { message: "the other one's large picture again", ...patient }).toBe("large");
  await expect.poll(sent, { message: "the large picture again", ...patient }).toBeGreaterThan(1);

  await test.step("numbers for who wants them", async () => {
    await panel.getByText("Numbers", { exact: true }).click();
    for (const [name, value] of [
      ["There and back", /^\d+ ms$/],
      ["Way", "UDP"],
      ["Codec", "VP8"],
      ["Upload", /^[1-9][\d,]* kbit\/s$/],
      ["Download", /^[1-9][\d,]* kbit\/s$/],
      ["Pictures received", /^\d+ × \d+, \d+ a second$/],
    ] as const) {
      const row = panel.getByRole("term").filter({ hasText: new RegExp(`^${name}$`) }).locator("xpath=following-sibling::dd");
      await expect(row).toHaveText(value, patient);
    }
  });
});

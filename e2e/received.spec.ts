import { account } from "./lib/accounts";
import { showPictures, watchRoomName } from "./lib/crowd";
import { expect, test } from "./lib/fixtures";
import { pictureSections, picturesComing, watchIncoming } from "./lib/incoming";
import type { Person } from "./lib/person";
import { ForeignSite } from "./lib/sdk";
import { expectPictures, expectVoices } from "./lib/stats";
import { signToken, type MediaKey } from "./lib/token";

const patient = { timeout: 90_000 };

const expectComing = (who: Person, pictures: number, what: string): Promise<void> =>
  expect.poll(() => picturesComing(who.page), { message: what, ...patient }).toBe(pictures);

test("sound only stops every picture on the node, and gives them back; a report to copy names nobody", async ({ person }) => {
  test.setTimeout(300_000);
  const [ann, ben] = [await person("Ann Lindqvist"), await person("Ben Okafor")];
  await watchIncoming(ben.page);
  await ann.signUp(account("Sound Only"));
  const link = await ann.openRoom();
  await ann.join(link);
  await ben.join(link);
  await expectPictures(ben.page, 1);
  await expectComing(ben, 1, "the picture");

  await ben.button("More").click();
  await ben.page.getByRole("menuitem", { name: "Connection", exact: true }).click();
  const panel = ben.page.getByRole("complementary", { name: "Connection", exact: true });
  await panel.getByRole("checkbox", { name: "Receive sound only" }).check();
  await expect(panel.getByText("You receive sound only: no pictures come in, as you chose.")).toBeVisible(patient);
  await expectComing(ben, 0, "no picture");
  await expectVoices(ben.page, 1);

  await panel.getByText("Numbers", { exact: true }).click();
  await panel.getByRole("button", { name: "Copy a technical report" }).click();
  await expect(ben.page.getByText("The report is copied.").first()).toBeAttached(patient);
  const report = await ben.page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain("received from 1");
  expect(report).toContain("sound only");
  const code = new URL(link).pathname.split("/").at(-1) ?? "";
  for (const secret of ["Ann", "Lindqvist", "Ben", "Okafor", "Sound Only", code, "eyJ", "127.0.0.1", "candidate:"]) expect(report, `a report without ${secret}`).not.toContain(secret);

  await panel.getByRole("checkbox", { name: "Receive sound only" }).uncheck();
  await expectComing(ben, 1, "the picture again");
});

test("of many pictures only those are received that are seen", async ({ person, parley, browsers }) => {
  test.setTimeout(300_000);
  const ann = await person("Ann Lindqvist");
  await watchIncoming(ann.page);
  const roomName = watchRoomName(ann.page);
  await ann.signUp(account("Many Pictures"));
  const key = JSON.parse(await parley.admin("key", "create", "--org", ann.home.replace("/o/", ""), "--json")) as MediaKey;
  await ann.page.setViewportSize({ width: 390, height: 844 }); // a phone: six tiles a page
  await ann.join(await ann.openRoom());
  const room = await roomName();

  const site = await ForeignSite.start();
  const crowd = await site.visit(await browsers());
  const tokens = Array.from({ length: 8 }, (_, i) => signToken(key, { room, identity: `Person ${i + 1}` }));
  await showPictures(crowd, key.url, tokens);
  const people = ann.tiles().filter({ hasText: "Person" });
  const pager = ann.page.locator(".m-pager");
  const unseen = async (): Promise<number> => Number(/(\d+) more/.exec(await pager.innerText())?.[1] ?? 0);
  await expect.poll(async () => (await people.count()) + (await unseen()), { message: "everybody, on two pages", ...patient }).toBe(tokens.length);
  for (const page of ["first", "last"]) {
    const shown = await people.count();
    expect(shown).toBeGreaterThan(1);
    expect(shown).toBeLessThan(tokens.length);
    await expectComing(ann, shown, `pictures of the ${page} page alone`);
    if (page === "last") break;
    expect(await pictureSections(ann.page), "no more than a page has places for, before another is turned to").toBeLessThanOrEqual(6);
    const name = await people.first().innerText();
    await pager.getByRole("button").last().click();
    await expect(people.filter({ hasText: name })).toHaveCount(0, patient);
  }
  await pager.getByRole("button").first().click();
  await expectComing(ann, tokens.length - (await unseen()), "pictures of the first page again");
  expect(await pictureSections(ann.page), "no section twice").toBeLessThanOrEqual(tokens.length);
  await crowd.context.close();
  await site.stop();
});

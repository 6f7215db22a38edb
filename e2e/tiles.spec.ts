import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import type { Person } from "./lib/person";
import { expectPictures, statsOf } from "./lib/stats";

/** The height of somebody's picture as this page decodes it now. */
const heightOf = async (who: Person): Promise<number> => (await statsOf(who.page))?.tracks.find((track) => track.kind === "video")?.height ?? 0;

const framesOf = async (who: Person): Promise<number> => (await statsOf(who.page))?.tracks.find((track) => track.kind === "video")?.framesDecoded ?? 0;

/** Takes somebody's tile off the page, as a layout does that has no place for it. */
const hide = (who: Person, name: string): Promise<void> =>
  who.tile(name).evaluate((tile: HTMLElement) => {
    tile.style.display = "none";
  });

test("a tile's size decides which layer comes, and a tile that is hidden stops the picture", async ({ person }) => {
  const [ann, ben] = [await person("Ann Lindqvist"), await person("Ben Okafor")];
  await ben.page.setViewportSize({ width: 1440, height: 900 });
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  await ann.join(link);
  await ben.join(link);
  await expectPictures(ben.page, 1);
  const expectHeight = (what: string, fits: (height: number) => boolean) =>
    expect.poll(async () => fits(await heightOf(ben)), { message: what, timeout: 60_000, intervals: [100, 250] }).toBe(true);
  await expectHeight("a picture for a large tile", (height) => height >= 480);

  await test.step("a small window gets a small picture", async () => {
    await ben.page.setViewportSize({ width: 400, height: 400 });
    await expectHeight("a picture for a small tile", (height) => height > 0 && height <= 270);
  });

  await test.step("a large one gets the large picture back", async () => {
    await ben.page.setViewportSize({ width: 1440, height: 900 });
    await expectHeight("a picture for a large tile", (height) => height >= 480);
  });

  await test.step("nothing comes while nobody can see it", async () => {
    await hide(ben, "Ann Lindqvist");
    let before = -1;
    await expect
      .poll(
        async () => {
          const since = (await framesOf(ben)) - before;
          before += since;
          return since;
        },
        { message: "frames of a hidden tile since the look before", timeout: 60_000, intervals: [500] },
      )
      .toBe(0);
  });
});

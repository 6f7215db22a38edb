import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { account } from "./lib/accounts";
import { nothingInTheWay, settled } from "./lib/axe";
import { expect, test } from "./lib/fixtures";
import { root } from "./lib/paths";
import type { Person } from "./lib/person";

const patient = { timeout: 60_000 };
const folder = join(root, "e2e", "screenshots");
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const slides = "Slides for a look";

/** A picture of the room as it stands, and what axe finds in it: nothing, of any weight. */
async function look(one: Person, name: string): Promise<void> {
  await settled(one.page);
  await one.page.screenshot({ path: join(folder, `${name}.png`) });
  await nothingInTheWay(one.page, name);
}

/** Presses a button of the bar, or its line under More where the bar has no room for it. */
async function press(one: Person, name: string): Promise<void> {
  if (await one.button(name).isVisible()) return one.button(name).click();
  await one.button("More").click();
  await one.page.getByRole("menuitem", { name, exact: true }).click();
}

const menu = (one: Person) => one.page.getByRole("menu");

/** Everything that can be opened in the room: how it is opened, and what is there then. */
const views: Record<string, { open: (one: Person) => Promise<void>; wideOnly?: boolean }> = {
  people: { open: (one) => panel(one, "People") },
  react: { open: (one) => panel(one, "React") },
  chat: { open: (one) => panel(one, "Chat") },
  emoji: {
    open: async (one) => {
      await panel(one, "Chat");
      await one.button("Emoji and stickers").click();
      await expect(one.page.getByRole("dialog", { name: "Emoji and stickers" }).getByRole("searchbox")).toBeVisible(patient);
    },
  },
  host: { open: (one) => panel(one, "Host tools") },
  connection: {
    open: async (one) => {
      await press(one, "More");
      await menu(one).getByRole("menuitem", { name: "Connection" }).click();
      await ready(one, "Connection");
    },
  },
  keys: {
    open: async (one) => {
      await press(one, "More");
      await menu(one).getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
      await expect(one.page.getByRole("dialog")).toBeVisible(patient);
    },
  },
  more: { open: (one) => opens(one, one.button("More")) },
  devices: { open: (one) => opens(one, one.button("Choose a microphone and speaker")) },
  camera: { open: (one) => opens(one, one.button("Choose a camera")) },
  tuning: { open: (one) => opens(one, one.button("Choose what the screen is tuned for")), wideOnly: true },
  person: { open: (one) => options(one) },
  remove: { open: (one) => asks(one, "Remove") },
  rename: { open: (one) => asks(one, "Rename") },
  end: {
    open: async (one) => {
      await opens(one, one.button("Leave"));
      await menu(one).getByRole("menuitem", { name: "End for all" }).click();
      await expect(one.page.getByRole("dialog")).toBeVisible(patient);
    },
  },
  leave: { open: (one) => opens(one, one.button("Leave")) },
  layouts: { open: (one) => opens(one, one.page.locator(".m-view")), wideOnly: true },
  upgrade: {
    open: async (one) => {
      await one.button("Upgrade").click();
      await expect(one.page.getByRole("dialog")).toBeVisible(patient);
    },
  },
};

/** Opens the menu of the other's row in People. */
async function options(one: Person): Promise<void> {
  await panel(one, "People");
  await opens(one, one.button("Options for Ben"));
}

/** Chooses what is asked again before it is done. */
async function asks(one: Person, what: string): Promise<void> {
  await options(one);
  await menu(one).getByRole("menuitem", { name: what, exact: true }).click();
  await expect(one.page.getByRole("dialog")).toBeVisible(patient);
}

async function opens(one: Person, button: ReturnType<Person["button"]>): Promise<void> {
  await button.click();
  await expect(menu(one)).toBeVisible(patient);
}

async function ready(one: Person, name: string): Promise<void> {
  const open = one.page.getByRole("complementary", { name });
  await expect(open).toBeVisible(patient);
  await expect(open.locator("[aria-busy=true]")).toHaveCount(0, patient);
}

async function panel(one: Person, name: string): Promise<void> {
  await press(one, name);
  await ready(one, name);
}

test("nothing in the room is in the way of people with assistive technology", async ({ person }) => {
  test.setTimeout(420_000);
  await mkdir(folder, { recursive: true });
  const ann = await person("Ann");
  const { page } = ann;
  await ann.signUp(account("Open Doors"));
  const link = await ann.openRoom();
  await ann.join(link);
  const ben = await person("Ben", { shares: slides });
  await ben.join(link);
  await expect(ann.tiles()).toHaveCount(2, patient);
  await panel(ann, "Chat");
  for (const text of ["The plans are on the table.", "https://example.org/plans"]) {
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.keyboard.press("Enter");
  }
  await ready(ann, "Chat");
  await page.locator('input[type="file"]').setInputFiles({ name: "The plans of the kitchen and of the room beside it, third draft.txt", mimeType: "text/plain", buffer: Buffer.from("Plans") });
  await page.getByLabel("Message", { exact: true }).press("Enter");
  await expect(page.getByRole("complementary", { name: "Chat" }).getByRole("link", { name: /third draft/ })).toBeVisible(patient);
  await page.keyboard.press("Escape");
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const [name, { open, wideOnly }] of Object.entries(views)) {
      if (wideOnly && size === "phone") continue;
      await test.step(`${name}, ${size}`, async () => {
        await open(ann);
        await look(ann, `61-${name}-${size}`);
        const left = page.locator(".m-people:not([hidden]), .m-menu:not([hidden]), dialog[open], .m-upgrade").filter({ visible: true });
        await expect(async () => {
          await page.keyboard.press("Escape"); // one for each that lies over another
          await expect(left).toHaveCount(0, { timeout: 1000 });
        }).toPass(patient);
      });
    }
  }

  await test.step("a shared screen, for who shares and who looks", async () => {
    const tab = await ben.context.newPage();
    await tab.setContent(`<title>${slides}</title><body style="margin:0;background:#fff;font:700 72px sans-serif"><p>Kitchen plan, sheet 4</p>`);
    await ben.page.bringToFront();
    await ben.button("Share").click();
    await expect(ben.page.getByRole("region", { name: "Your screen" }).getByText("You are sharing a tab")).toBeVisible(patient);
    await expect(page.locator(".tile-share.has-picture")).toBeVisible(patient);
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const one of [ann, ben]) {
        await one.page.setViewportSize(viewport);
        await look(one, `62-share-${one.name.toLowerCase()}-${size}`);
      }
    }
  });

  await test.step("a window that is light by nature: the room is dark all the same", async () => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await look(ann, "61-room-phone-light");
    await page.setViewportSize(sizes.wide);
    await panel(ann, "People");
    await look(ann, "61-people-wide-light");
  });
});

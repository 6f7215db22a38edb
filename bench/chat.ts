import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { account } from "../e2e/lib/accounts";
import { launchOptions } from "../e2e/lib/chromium";
import { fillChat } from "../e2e/lib/fullchat";
import { Person } from "../e2e/lib/person";
import { ParleyServer } from "../e2e/lib/server";
import { until } from "../e2e/lib/until";
import { ms, percentile, table, type Row } from "./table";

declare global {
  interface Window {
    pressed?: { tasks: number[]; keys: number[] };
  }
}

const messages = 1000;
const letters = "The lamp stands in the corner, the door is open, and everybody who knocks is let in by somebody kind.".slice(0, 100);

/** Measures how the chat of a meeting answers to keys when it has a thousand messages, and writes that to docs/benchmarks.md. */
export async function main(root: string): Promise<void> {
  const load = loadavg()[0] ?? 0;
  const parley = await ParleyServer.start();
  const browser = await chromium.launch(launchOptions());
  try {
    const context = await browser.newContext({ baseURL: parley.url, viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(["camera", "microphone"], { origin: parley.url });
    const ann = await Person.arrive("Ann", context);
    await ann.signUp(account("Bench Chat"));
    await fillChat(ann.page, messages);
    await ann.join(await ann.openRoom());
    const rows = await walk(ann.page);
    console.log(table(rows));
    await write(join(root, "docs", "benchmarks.md"), table(rows), load);
  } finally {
    await browser.close();
    await parley.stop();
  }
}

async function walk(page: Page): Promise<Row[]> {
  // By selectors: to look for roles and names is work in the page, which would be measured with it.
  await page.locator(".m-btn-chat").click();
  const field = page.locator("#chat-text");
  await until("all messages", async () => (await page.locator(`.m-chat-row[data-n="${messages}"]`).count()) === 1, 60_000);
  await page.waitForTimeout(3000); // the page of before comes to rest
  const rows: Row[] = [];
  const step = async (name: string, what: () => Promise<void>) => rows.push(await measured(page, name, what));
  await step("100 letters typed", () => field.pressSequentially(letters, { delay: 40 }));
  await step("10 messages sent", async () => {
    for (let i = 0; i < 10; i++) {
      await field.fill(`Short one ${i}`);
      await field.press("Enter");
      await page.locator(`.m-chat-row[data-n="${messages + i + 1}"]`).waitFor();
    }
  });
  await step("back to the first message", async () => {
    for (let i = 0; i < 10; i++) await page.locator(".m-chat-older:not([hidden])").press("Enter", { timeout: 2000 }).catch(() => undefined);
  });
  await step("100 letters, all messages drawn", () => field.fill("").then(() => field.pressSequentially(letters, { delay: 40 })));
  await step("emoji opened for the first time", async () => {
    await page.locator(".m-chat-field button:not([type=submit])").last().click();
    await page.locator(".m-emoji-one").nth(50).waitFor();
  });
  await step("emoji searched, 12 letters", () => page.locator("#emoji-search").pressSequentially("red heart fl", { delay: 60 }));
  return rows;
}

/** What the page's main thread did meanwhile: tasks over 50 ms, and the time from a key to the frame that shows it. */
async function measured(page: Page, name: string, what: () => Promise<void>): Promise<Row> {
  await page.evaluate(() => {
    const seen: { tasks: number[]; keys: number[] } = (window.pressed = { tasks: [], keys: [] });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
    const keys = new PerformanceObserver((list) => seen.keys.push(...list.getEntries().filter((e) => e.name === "keydown").map((e) => e.duration)));
    keys.observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  await what();
  await page.waitForTimeout(500); // what was measured last is told a little later
  const { tasks, keys } = await page.evaluate(() => window.pressed ?? { tasks: [], keys: [] });
  const frames = keys.length > 0 ? `${ms(percentile(keys, 0.5))} / ${ms(Math.max(...keys))}` : "under 16 ms";
  return { [`${messages.toLocaleString("en")} messages`]: name, "tasks over 50 ms": String(tasks.length), longest: tasks.length > 0 ? ms(Math.max(...tasks)) : "none", "from key to frame, half / slowest": frames };
}

async function write(file: string, rows: string, load: number): Promise<void> {
  const text = [
    "<!-- chat -->",
    "## Chat with a thousand messages",
    "",
    `One browser in a meeting of its own, with the camera on, at 1280 × 800; the messages are handed to the page in place of the server's, everything else is the page's own work. Written by \`make bench-chat\` on ${new Date().toISOString().slice(0, 10)}, load average before: ${load.toFixed(1)}; above 1, others were at work and times are longer than they need to be. Bar: no task over 50 ms while somebody types.`,
    "",
    rows,
    "<!-- /chat -->",
  ].join("\n");
  const before = await readFile(file, "utf8");
  const part = /<!-- chat -->[^]*?<!-- \/chat -->/;
  await writeFile(file, part.test(before) ? before.replace(part, () => text) : `${before.trimEnd()}\n\n${text}\n`);
}

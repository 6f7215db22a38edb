import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "@playwright/test";
import { account } from "../e2e/lib/accounts";
import { launchOptions } from "../e2e/lib/chromium";
import { Person } from "../e2e/lib/person";
import { ParleyServer } from "../e2e/lib/server";
import { until } from "../e2e/lib/until";
import { ms, percentile, table, type Row } from "./table";

declare global {
  interface Window {
    liftedAt?: number;
  }
}

const times = 10;

/** Measures how soon a meeting that is on has the limits of a plan that somebody buys in it, and writes that to docs/benchmarks.md. */
export async function main(root: string): Promise<void> {
  const load = loadavg()[0] ?? 0;
  const browser = await chromium.launch(launchOptions());
  const server = await ParleyServer.start();
  try {
    const took: number[] = [];
    for (let i = 0; i < times; i++) took.push(await lift(browser, server.url, `Bench ${i}`));
    const row: Row = { [`${times} upgrades`]: "Free to Pro, in the meeting", p50: ms(percentile(took, 0.5)), p95: ms(percentile(took, 0.95)), slowest: ms(Math.max(...took)), bar: "2,000 ms" };
    const text = [
      "<!-- lift -->",
      "## An upgrade in a meeting",
      "",
      "From the press on the payment page of Stripe's stand-in until the meeting's clock, in the page of who is in it, shows the new length. In between: the stand-in's signed event, our webhook, a look at the subscription, the node, the page. Server and browser share the machine.",
      "",
      `Written by \`make bench-web\` on ${new Date().toISOString().slice(0, 10)}, load average before: ${load.toFixed(1)}.`,
      "",
      table([row]),
      "<!-- /lift -->",
    ].join("\n");
    console.log(table([row]));
    const file = join(root, "docs", "benchmarks.md");
    const before = await readFile(file, "utf8");
    const part = /<!-- lift -->[^]*?<!-- \/lift -->/;
    await writeFile(file, part.test(before) ? before.replace(part, () => text) : `${before.trimEnd()}\n\n${text}\n`);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** An owner on Free meets, buys Pro in a second tab, and the time runs until the first tab knows. In milliseconds, by the browser's clock. */
async function lift(browser: Browser, baseURL: string, organization: string): Promise<number> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  await context.grantPermissions(["camera", "microphone"], { origin: baseURL });
  const ann = await Person.arrive("Ann", context);
  const { page } = ann;
  await ann.signUp(account(organization));
  await ann.join(await ann.openRoom());
  await page.evaluate(() => {
    const clock = document.querySelector("[role=timer]");
    if (!clock) throw new Error("the meeting has no clock");
    new MutationObserver(() => {
      if (/\d+ h /.test(clock.textContent ?? "")) window.liftedAt ??= Date.now();
    }).observe(clock, { childList: true, subtree: true, characterData: true });
  });
  await ann.button("Upgrade").click();
  const opening = context.waitForEvent("page");
  await page.getByRole("dialog").locator('button[type="submit"]').click();
  const tab = await opening;
  const start = tab.getByRole("button", { name: "Start trial" });
  await start.waitFor();
  await start.evaluate((button) => {
    button.addEventListener("click", () => localStorage.setItem("pressed", String(Date.now())));
  });
  await start.click();
  const lifted = await until("the new length", () => page.evaluate(() => window.liftedAt ?? null));
  const pressed = await page.evaluate(() => Number(localStorage.getItem("pressed")));
  await context.close();
  if (!pressed) throw new Error("nobody saw the press");
  return lifted - pressed;
}

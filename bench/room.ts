import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { chromium, type Page } from "@playwright/test";
import { account } from "../e2e/lib/accounts";
import { launchOptions } from "../e2e/lib/chromium";
import { Person } from "../e2e/lib/person";
import { ParleyServer } from "../e2e/lib/server";
import type { MediaKey } from "../e2e/lib/token";
import { until } from "../e2e/lib/until";
import { drawFilm } from "./room-film";
import { measure, prepare, type Measured } from "./room-page";
import { table, type Row } from "./table";

/** The views that are measured: a window, and how many tiles stand in it when there are enough people. */
const views = [
  { name: "25 tiles, 1280 × 800", width: 1280, height: 800 },
  { name: "9 tiles, 820 × 1180", width: 820, height: 1180 },
];

const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);

/** One browser in a room with a hundred others, on our own page: how smooth is it, and is only received what is seen? */
export async function main(root: string): Promise<void> {
  const [people, seconds] = [number("PEOPLE", 100), number("LENGTH", 20)];
  const parley = await ParleyServer.start();
  const browser = await chromium.launch(launchOptions());
  try {
    await parley.admin("plan", "set", "--plan", "free", "--participants", String(people + 10));
    const context = await browser.newContext({ baseURL: parley.url, viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(["camera", "microphone"], { origin: parley.url });
    const host = await Person.arrive("Host", context);
    await prepare(host.page);
    await host.signUp(account("Full House"));
    const key = JSON.parse(await parley.admin("key", "create", "--org", host.home.replace("/o/", ""), "--json")) as MediaKey;
    const film = join(root, "bench", "results", "film.ivf");
    await mkdir(join(root, "bench", "results"), { recursive: true });
    await writeFile(film, await drawFilm(host.page, { width: 320, height: 180, rate: 15, seconds: 4 }));
    const room = await enter(host);
    const crowd = spawn(join(root, "bin", "tools", "bench-room"), ["--url", parley.url.replace("localhost", "127.0.0.1"), "--key", key.key, "--secret", key.secret, "--room", room, "--film", film, "--people", String(people)], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      const file = process.env["PROFILE"];
      const arrived = file ? await profile(host.page, `${file}.arrive`) : null;
      const arriving = measure(host.page, seconds);
      await ready(crowd);
      await until("everybody to be in the room", async () => (await host.page.locator(".m-btn-people .m-count").innerText()) === String(people + 1), 120_000);
      const rows: Row[] = [rowOf("they arrive", await arriving)];
      await arrived?.();
      for (const view of views) {
        await host.page.setViewportSize(view);
        await until("pictures", async () => (await host.page.locator(".m-tiles .has-picture").count()) > 1, 60_000);
        await pause(8000); // pictures of the page before come to rest
        rows.push(rowOf(view.name, await measure(host.page, seconds)));
      }
      if (file) {
        const written = await profile(host.page, file);
        await pause(10_000);
        await written();
      }
      console.log(`\n${people} others in the room, one browser, ${seconds} s each\n${table(rows)}`);
    } finally {
      crowd.stdin.end();
      await once(crowd, "exit");
    }
  } finally {
    await browser.close();
    await parley.stop();
  }
}

/** Opens a room, joins, and gives the room's name on the node, which stands in the token. */
async function enter(host: Person): Promise<string> {
  let room = "";
  host.page.on("websocket", (socket) => {
    const token = new URL(socket.url()).searchParams.get("access_token");
    const claims = token?.split(".")[1];
    if (claims) room = (JSON.parse(Buffer.from(claims, "base64url").toString()) as { video: { room: string } }).video.room;
  });
  await host.join(await host.openRoom());
  return until("the room's name", async () => room || null, 30_000);
}

async function ready(crowd: ReturnType<typeof spawn>): Promise<void> {
  if (!crowd.stdout) throw new Error("the crowd says nothing");
  for await (const line of createInterface({ input: crowd.stdout })) if (line === "ready") return;
  throw new Error("the crowd did not come");
}

/** Notes where the page's script spends its time from now on; what is returned writes it, for Chromium's developer tools. */
async function profile(page: Page, file: string): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Profiler.enable");
  await devtools.send("Profiler.start");
  return async () => {
    const { profile } = await devtools.send("Profiler.stop");
    await writeFile(file, JSON.stringify(profile));
  };
}

function rowOf(name: string, m: Measured): Row {
  const each = (n: number) => (n / m.seconds).toFixed(1);
  return {
    view: name,
    tiles: String(m.tiles),
    "frames drawn a second": each(m.frames),
    "longest gap": `${Math.round(m.longestGap)} ms`,
    "tasks over 50 ms": String(m.longTasks.length),
    longest: m.longTasks.length > 0 ? `${Math.round(Math.max(...m.longTasks))} ms` : "none",
    "pictures received": String(m.pictures),
    "frames decoded a second": each(m.decoded),
    dropped: `${m.decoded > 0 ? ((100 * m.dropped) / m.decoded).toFixed(1) : "0"} %`,
    received: `${Math.round((8 * m.bytes) / 1000 / m.seconds)} kbit/s`,
  };
}

import type { Browser } from "@playwright/test";
import { account } from "../e2e/lib/accounts";
import { Person } from "../e2e/lib/person";
import { ParleyServer } from "../e2e/lib/server";
import { statsOf } from "../e2e/lib/stats";
import { until } from "../e2e/lib/until";
import { ms, percentile, type Row } from "./table";

/** A host waits in the room; guests come one after the other, each in a browser context of its own. */
export async function measureJoins(browser: Browser, times: number): Promise<Row[]> {
  const server = await ParleyServer.start();
  try {
    const visit = async (name: string) => {
      const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } });
      await context.grantPermissions(["camera", "microphone"], { origin: server.url });
      return Person.arrive(name, context);
    };
    const host = await visit("Host");
    await host.signUp(account("Bench"));
    const link = await host.openRoom();
    await host.join(link);
    const connects: number[] = [];
    const frames: number[] = [];
    for (let i = 0; i <= times; i++) {
      const guest = await visit(`Guest ${i}`);
      await guest.join(link);
      const stats = await until("the first frame", async () => {
        const now = await statsOf(guest.page);
        return now && now.firstFrameMs > 0 ? now : null;
      });
      if (i > 0) {
        // The first join warms caches up and does not count.
        connects.push(stats.connectMs);
        frames.push(stats.firstFrameMs);
      }
      await guest.button("Leave").click();
      await guest.page.waitForURL(/\/after/);
      await guest.context.close();
    }
    await host.context.close();
    const row = (name: string, values: number[]): Row => ({
      [`${times} joins`]: name,
      p50: ms(percentile(values, 0.5)),
      p95: ms(percentile(values, 0.95)),
      fastest: ms(Math.min(...values)),
      slowest: ms(Math.max(...values)),
    });
    return [row("connected", connects), row("first remote frame", frames)];
  } finally {
    await server.stop();
  }
}

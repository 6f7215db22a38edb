import { test as base, chromium, expect, type Browser } from "@playwright/test";
import { launchOptions, type Devices } from "./chromium";
import { Person } from "./person";
import { Postgres } from "./postgres";
import { ParleyServer, type ServerOptions } from "./server";

/** What a project of the configuration sets. */
export interface Settings {
  database: "sqlite" | "postgres";
}

interface Tools {
  /** A fresh Parley for this test; it is stopped by SIGTERM at the end and has to exit with 0. */
  parley: ParleyServer;
  /** A browser of a person of their own: no cookies of the others. Devices say what is plugged in. */
  person: (name: string, devices?: Devices) => Promise<Person>;
  /** Flags for this test's Parley. */
  serverOptions: ServerOptions;
}

interface Shared {
  postgres: { get: () => Promise<Postgres> };
  browsers: (devices?: Devices) => Promise<Browser>;
}

export const test = base.extend<Settings & Tools, Shared>({
  database: ["sqlite", { option: true }],
  serverOptions: [{}, { option: true }],

  postgres: [
    async ({}, use) => {
      let running: Promise<Postgres> | undefined;
      await use({ get: () => (running ??= Postgres.start()) });
      await (await running)?.stop();
    },
    { scope: "worker" },
  ],

  browsers: [
    async ({}, use) => {
      const open = new Map<string, Promise<Browser>>();
      await use((devices) => {
        const key = JSON.stringify(devices ?? {});
        const running = open.get(key) ?? chromium.launch(launchOptions(devices));
        open.set(key, running);
        return running;
      });
      for (const browser of open.values()) await (await browser).close();
    },
    { scope: "worker" },
  ],

  parley: async ({ database, postgres, serverOptions }, use, info) => {
    const options = { ...serverOptions };
    if (database === "postgres") options.database = await (await postgres.get()).database();
    const server = await ParleyServer.start(options);
    await use(server);
    if (info.errors.length > 0) await info.attach("parley.log", { body: server.log, contentType: "text/plain" });
    await server.stop();
  },

  person: async ({ parley, browsers }, use, info) => {
    const people: Person[] = [];
    await use(async (name, devices) => {
      const { touch = false, ...plugged } = devices ?? {};
      const browser = await browsers(plugged);
      const context = await browser.newContext({ hasTouch: touch, isMobile: touch, baseURL: parley.url, viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
      if (devices?.permission !== "deny") await context.grantPermissions(["camera", "microphone", "clipboard-read", "clipboard-write"], { origin: parley.url });
      const one = await Person.arrive(name, context);
      people.push(one);
      return one;
    });
    if (info.errors.length > 0) {
      for (const one of people) {
        const picture = await one.page.screenshot().catch(() => null);
        if (picture) await info.attach(`${one.name}.png`, { body: picture, contentType: "image/png" });
        await info.attach(`${one.name}.console.txt`, { body: one.console.join("\n"), contentType: "text/plain" });
      }
    }
    const violations = people.flatMap((one) => one.violations);
    for (const one of people) await one.context.close();
    expect(violations, "violations of the Content-Security-Policy and uncaught errors").toEqual([]);
  },
});

export { expect };

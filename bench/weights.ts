import type { Browser, Page } from "@playwright/test";
import { account } from "../e2e/lib/accounts";
import { Person } from "../e2e/lib/person";
import { ParleyServer } from "../e2e/lib/server";
import { kilobytes, type Row } from "./table";

interface Weight {
  total: number;
  requests: number;
  /** By type as Chromium calls it: Document, Stylesheet, Script, Font, Image. */
  by: Map<string, number>;
}

/** Loads a page with an empty cache and adds up what came over the wire. */
async function weigh(page: Page, path: string): Promise<Weight> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  const types = new Map<string, string>();
  const weight: Weight = { total: 0, requests: 0, by: new Map() };
  cdp.on("Network.responseReceived", (event) => types.set(event.requestId, event.type));
  cdp.on("Network.loadingFinished", (event) => {
    const type = types.get(event.requestId) ?? "Other";
    weight.total += event.encodedDataLength;
    weight.requests += 1;
    weight.by.set(type, (weight.by.get(type) ?? 0) + event.encodedDataLength);
  });
  await page.goto(path, { waitUntil: "networkidle" });
  await cdp.detach();
  return weight;
}

export async function measureWeights(browser: Browser): Promise<Row[]> {
  const server = await ParleyServer.start();
  try {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(["camera", "microphone"], { origin: server.url });
    const owner = await Person.arrive("Owner", context);
    const strangers = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } });
    const stranger = await strangers.newPage();
    const rows: Row[] = [];
    const row = async (name: string, page: Page, path: string) => {
      const w = await weigh(page, path);
      const part = (type: string) => kilobytes(w.by.get(type) ?? 0);
      rows.push({ page: name, total: kilobytes(w.total), requests: String(w.requests), page_: part("Document"), style: part("Stylesheet"), script: part("Script"), font: part("Font"), picture: part("Image") });
    };
    for (const [name, path] of [["landing", "/"], ["plans", "/pricing"], ["sign up", "/signup"], ["sign in", "/login"], ["join with a code", "/join"]] as const) await row(name, stranger, path);
    await owner.signUp(account("Weights"));
    const dashboard = new URL(owner.page.url()).pathname;
    const link = new URL(await owner.openRoom()).pathname;
    await row("dashboard", owner.page, dashboard);
    await row("billing", owner.page, `${dashboard}/billing`);
    await row("lobby, with the whole meeting client", owner.page, link);
    await context.close();
    await strangers.close();
    return rows.map(({ page_, ...rest }) => ({ ...rest, html: page_ ?? "" }));
  } finally {
    await server.stop();
  }
}

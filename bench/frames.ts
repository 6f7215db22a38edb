import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { chromium, type Browser } from "@playwright/test";
import * as esbuild from "esbuild";
import { launchOptions } from "../e2e/lib/chromium";
import type { Times } from "./frames-page";

/** What bench/media asks for, on the standard input. */
interface Task {
  url: string;
  publisher: string;
  viewers: string[];
  onePeerConnection: boolean;
}

const patience = 30_000;

/** Measures, in Chromium, from connect() to the first frame of somebody who is there already; tells the times on the standard output. */
export async function main(root: string): Promise<void> {
  const task = JSON.parse(await text(process.stdin)) as Task;
  const page = await serve(root);
  const browser = await chromium.launch(launchOptions());
  try {
    const publisher = await open(browser, page.url);
    await publisher.evaluate(([url, token, one]) => window.publish(url, token, one), [task.url, task.publisher, task.onePeerConnection] as const);
    const all: Times[] = [];
    for (const token of task.viewers) {
      const viewer = await open(browser, page.url);
      all.push(await viewer.evaluate(([url, token, one]) => window.watch(url, token, one), [task.url, token, task.onePeerConnection] as const));
      await viewer.context().close();
    }
    console.log(JSON.stringify(all));
  } finally {
    await browser.close();
    page.close();
  }
}

/** A page of its own browser context: nothing is left of the visit before. */
async function open(browser: Browser, url: string) {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(patience);
  page.on("pageerror", (error) => console.error("page:", error.message));
  await page.goto(url);
  return page;
}

/** Serves the page from a server of its own, so that it is the same for whatever is measured. */
async function serve(root: string) {
  const script = join(root, "bench", "results", "frames-page.js");
  await esbuild.build({ entryPoints: [join(root, "bench", "frames-page.ts")], outfile: script, bundle: true, format: "iife", target: "es2022", minify: true, logLevel: "warning" });
  const bundle = await readFile(script);
  const server = createServer((request, response) => {
    if (request.url === "/frames-page.js") response.setHeader("content-type", "text/javascript").end(bundle);
    else response.setHeader("content-type", "text/html").end('<!doctype html><title>First frame</title><body><script src="/frames-page.js"></script>');
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

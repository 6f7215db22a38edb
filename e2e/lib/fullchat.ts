import type { Page, Route } from "@playwright/test";

interface Written {
  n: number;
  id: string;
  text: string;
}

/**
 * Answers for the server what the meeting's chat asks, so that a page has many messages at once: `count` of them, in pages like the server's,
 * and whatever is written then. What is typed, drawn and scrolled is the page's own work.
 */
export async function fillChat(page: Page, count: number): Promise<void> {
  const perPage = 200;
  let newest = count;
  const json = ({ n, id, text }: Written) => ({
    n, rev: n, prev: 0, id, from: n % 3 === 0 ? "somebody" : "another", by: n % 3 === 0 ? "Gil" : "Hal", to: "", toName: "", text, sealed: false,
    sticker: null, reply: n % 10 === 0 ? n - 5 : 0, at: Date.UTC(2026, 0, 1) + n * 20_000, edited: 0, deleted: false, reactions: [],
  });
  await page.route(/\/m\/[^/]+\/chat\?after=\d+$/, (route: Route) => {
    const after = Number(new URL(route.request().url()).searchParams.get("after"));
    const messages = Array.from({ length: Math.min(perPage, Math.max(0, count - after)) }, (_, i) => json({ n: after + i + 1, id: `made-${after + i + 1}`, text: `Message ${after + i + 1}: ${"and so on ".repeat((after + i) % 7)}` }));
    const upto = messages.at(-1)?.n ?? after;
    return route.fulfill({ json: { messages, upto, more: upto < count, may: true } });
  });
  await page.route(/\/m\/[^/]+\/chat$/, (route: Route) => {
    const sent = new URLSearchParams(route.request().postData() ?? "");
    return route.fulfill({ json: json({ n: ++newest, id: sent.get("id") ?? "", text: sent.get("text") ?? "" }) });
  });
}

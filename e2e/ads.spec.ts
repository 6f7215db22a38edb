import type { Page } from "@playwright/test";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { tabTo } from "./lib/keys";

/** Long enough for a machine that is busy with other things. */
const patient = { timeout: 60_000 };

/** The advertisement on a page. */
const ad = (page: Page) => page.getByTestId("ad");

/** Waits until the page has told that its advertisement was seen, which takes a second of its being visible, and gives the answer's status. */
async function told(page: Page, arrive: () => Promise<unknown>): Promise<number> {
  const answer = page.waitForResponse((response) => response.url().endsWith("/ads/seen"), patient);
  await arrive();
  return (await answer).status();
}

test("a free organization shows ads, counts them once, and has none once it pays", async ({ parley, person }) => {
  test.setTimeout(300_000);
  const ann = await person("Ann Lindqvist");
  const { page } = ann;

  await test.step("the dashboard has one, which says what it is", async () => {
    expect(await told(page, () => ann.signUp(account("Lindqvist Gardens")))).toBe(204);
    await expect(ad(page)).toHaveCount(1);
    await expect(ad(page).getByText("Ad", { exact: true })).toBeVisible();
    await expect(ad(page).getByRole("img")).toHaveAttribute("alt", /.+/);
    await ad(page).getByText("Why ads?").click();
    await expect(ad(page).getByText(/There are none in a meeting/)).toBeVisible();
  });
  const home = ann.home;

  await test.step("its link leads to the advertiser from a page of ours, which forgets where one came from", async () => {
    const link = ad(page).getByRole("link", { name: /^Visit/ });
    await expect(link).toHaveAttribute("rel", "noopener nofollow sponsored");
    const path = (await link.getAttribute("href")) ?? "";
    for (let again = 0; again < 2; again++) {
      const answer = await page.request.get(path, { maxRedirects: 0 });
      expect(answer.status()).toBe(303);
      expect(answer.headers()["location"]).toMatch(/^https:\/\/(fernhill|linden)\.example\//);
    }
  });

  const link = await ann.openRoom();
  const gil = await person("Gil");
  await test.step("a guest sees one in the lobby, and nobody in the meeting, which asks nothing of others and tells no advertiser", async () => {
    expect(await told(gil.page, () => gil.page.goto(link))).toBe(204);
    await gil.enter();
    const asked: string[] = [];
    ann.page.on("request", (request) => asked.push(request.url()));
    await ann.join(link);
    for (const one of [ann, gil]) await expect(ad(one.page)).toHaveCount(0);
    await ann.button("Chat").click();
    await ann.page.getByLabel("Message", { exact: true }).fill("We need coffee for the office");
    await ann.page.keyboard.press("Enter");
    await expect(gil.button("Chat")).toHaveAccessibleDescription("1 message you have not read");
    const inside = asked.slice(asked.findIndex((url) => url.endsWith("/join")));
    expect(inside.length).toBeGreaterThan(1);
    for (const url of inside) {
      expect(url.startsWith("data:") || new URL(url).origin === parley.url, url).toBe(true);
      expect(url).not.toContain("/ads/");
    }
  });

  await test.step("after the call it stays for its seconds, and what stands beside it can be used", async () => {
    const { clock, keyboard } = gil.page;
    expect(await told(gil.page, () => gil.leave())).toBe(204);
    await clock.install({ time: 0 });
    await clock.pauseAt(1000);
    await gil.page.goto(`${link}/after?why=left`);
    await expect(gil.page.getByRole("link", { name: "Start free" })).toBeVisible(); // beside it
    const onward = gil.page.getByRole("link", { name: "Continue" });
    const said = ad(gil.page).getByRole("status");
    const shown = ad(gil.page).locator("[data-left]");
    await expect(said).toHaveText("You can continue in 5 seconds");

    // By keyboard: it can be reached, says why it does not lead on yet, and keeps its focus. A screen reader hears no seconds being counted.
    await tabTo(gil.page, onward);
    await expect(ad(gil.page)).toMatchAriaSnapshot(`
      - status: You can continue in 5 seconds
      - link "Continue" [disabled]
    `);
    await clock.runFor(2000);
    await expect(shown).toHaveText("You can continue in 3 seconds");
    await expect(said).toHaveText("You can continue in 5 seconds");
    await keyboard.press("Enter");
    await expect(said).toHaveText("You can continue in 3 seconds");
    await clock.runFor(3000);
    await expect(said).toHaveText("You can continue");
    await expect(onward).toBeFocused();
    await expect(ad(gil.page)).toMatchAriaSnapshot(`- link "Continue"`);
    expect(await onward.getAttribute("aria-disabled")).toBeNull();

    // The server counts its own seconds.
    const next = (await onward.getAttribute("href")) ?? "";
    await expect(async () => expect(await (await gil.page.request.get(next)).text()).not.toContain("data-ad-wait")).toPass(patient);
    await clock.resume();
    await keyboard.press("Enter");
    await expect(gil.page.getByText("Length", { exact: true })).toBeVisible(patient);
    await expect(ad(gil.page)).toHaveCount(0);
  });

  await test.step("without script the page goes on by itself", async () => {
    const html = await (await page.request.get(`${link}/after?why=left`)).text();
    expect(html).toMatch(/<noscript><meta http-equiv="refresh" content="5;url=\/m\/[^"]+ad=/);
  });

  await test.step("the person has seen enough for a day", async () => {
    // Each of the two campaigns of the demo may be seen twelve times a day.
    for (let shown = 0; shown < 30; shown++) {
      const html = await (await page.request.get(home)).text();
      const ticket = /data-ad="([^"]+)"/.exec(html)?.[1];
      if (!ticket) break;
      const token = /data-csrf="([^"]+)"/.exec(html)?.[1] ?? "";
      const answer = await page.request.post("/ads/seen", { form: { ticket }, headers: { "x-csrf-token": token } });
      expect(answer.status()).toBe(204);
    }
    await page.goto(home);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(ad(page)).toHaveCount(0);
    await page.goto(`${link}/after`);
    await expect(page.getByText("Length", { exact: true })).toBeVisible();
    await gil.page.goto(link);
    await expect(ad(gil.page)).toHaveCount(1); // others have not
  });

  await test.step("from the moment that the organization pays there are none for anybody", async () => {
    await page.goto(home);
    await ann.startCheckout(home);
    await ann.pay();
    await expect(page).toHaveURL(new RegExp(`${parley.url}/o/`), patient);
    await gil.page.goto(link);
    await expect(gil.page.getByRole("button", { name: "Join", exact: true })).toBeVisible();
    await expect(ad(gil.page)).toHaveCount(0);
  });
});

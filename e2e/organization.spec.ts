import { request } from "@playwright/test";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { mailsOf } from "./lib/mails";
import type { ParleyServer } from "./lib/server";
import { until } from "./lib/until";

const people = 300;
const accepting = 56; // more than one page of people, together with the owner
const address = (i: number) => `p${String(i).padStart(3, "0")}@northern.example`;
const named = (i: number) => `Person ${String(i).padStart(3, "0")}`;

/** A table as a spreadsheet writes it, with three lines that are wrong: 101, 202 and 301 as an editor numbers them. */
function table(): string {
  const lines = ["email;name;role"];
  for (let i = 1; i <= people; i++) lines.push(`${address(i)};${named(i)};${i % 100 === 0 ? "admin" : "member"}`);
  lines[100] = `p100 at northern.example;${named(100)};admin`;
  lines[201] = `${address(201)};${named(201)};boss`;
  lines[300] = `${address(1)};${named(300)};member`;
  return `${lines.join("\r\n")}\r\n`;
}

/** Accepts an invitation as a new person does, without a browser: one for each of many people would be dear. */
async function accept(parley: ParleyServer, link: string, name: string): Promise<void> {
  const one = await request.newContext({ baseURL: parley.url });
  const path = new URL(link).pathname;
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await one.get(path)).text())?.[1] ?? "";
  const answer = await one.post(`${path}/signup`, {
    form: { csrf, name, password: "correct horse battery staple" },
    headers: { origin: parley.url },
    maxRedirects: 0,
  });
  expect(answer.status(), `${name} accepts: ${answer.status() === 303 ? "" : await answer.text()}`).toBe(303);
  await one.dispose();
}

test("an organization of 300 people is set up from a CSV", async ({ parley, person }) => {
  test.setTimeout(420_000);
  const ann = await person("Ann Lindqvist");
  const { page } = ann;
  await ann.signUp(account("Northern Coast"));
  const home = ann.home;
  const main = page.getByRole("main");

  await test.step("the preview says what is wrong with which line of the file", async () => {
    await page.goto(`${home}/people`);
    await page.getByRole("link", { name: "Invite people" }).click();
    await page.getByLabel("Or a CSV file").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(table()) });
    await ann.button("Check the list").click();
    await expect(main).toContainText("297 invitations will go out. 3 lines are left out.");
    const wrong = page.getByRole("table", { name: "Left out" }).getByRole("row");
    for (const [line, why] of [
      ["101", /address/],
      ["202", /role/],
      ["301", /twice/],
    ] as const) {
      await expect(wrong.filter({ has: page.getByRole("cell", { name: line, exact: true }) })).toContainText(why);
    }
  });

  await test.step("the wrong lines are corrected in place, and nothing else has to be typed again", async () => {
    await page.getByText("Correct these lines").click();
    const lines = page.getByLabel("Lines to correct");
    await expect(lines).toHaveValue(/p100 at northern\.example/);
    await lines.fill([100, 201, 300].map((i) => `${address(i)},${named(i)},${i === 100 ? "admin" : "member"}`).join("\n"));
    await ann.button("Check again").click();
    await expect(main).toContainText("300 invitations will go out.");
    await expect(page.getByRole("table", { name: "Left out" })).toHaveCount(0);
  });

  await test.step("the invitations go out through the outbox, each once", async () => {
    await ann.button("Send 300 invitations").click();
    await expect(main).toContainText("300 invitations are on their way.");
    await expect(main).toContainText("1 to 50 of 300");
    await expect(main).toContainText("301 people, with those who are invited");
  });
  const links = await until(
    "300 mails to have been handed over",
    async () => {
      const sent = new Map<string, string>();
      const mails = (await mailsOf(parley)).filter((mail) => mail.to.endsWith("@northern.example"));
      for (const mail of mails) sent.set(mail.to, /https?:\/\/[^\s"<]+\/invite\/[\w-]+/.exec(mail.text)?.[0] ?? "");
      expect(mails.length, "each person has one mail").toBe(sent.size);
      return sent.size === people ? sent : null;
    },
    120_000,
    500,
  );

  await test.step("some accept, and are counted", async () => {
    for (let i = 1; i <= accepting; i++) await accept(parley, links.get(address(i)) ?? "", named(i));
    await page.goto(`${home}/people`);
    await expect(main).toContainText(`1 to 50 of ${accepting + 1}`);
    await expect(main).toContainText("301 people, with those who are invited");
  });

  await test.step("the list pages, and a line's page leads back to where one was", async () => {
    await page.getByRole("link", { name: "Next" }).click();
    await expect(main).toContainText(`51 to ${accepting + 1} of ${accepting + 1}`);
    await page.getByRole("link", { name: `Manage ${named(accepting)}` }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(named(accepting));
    await page.getByRole("radio", { name: /^Billing/ }).check();
    await ann.button("Save role").click();
    await expect(main).toContainText("The role is saved.");
    await expect(main).toContainText(`51 to ${accepting + 1} of ${accepting + 1}`);
  });

  await test.step("the list is filtered and sorted, and keeps that on the way back", async () => {
    await page.goto(`${home}/people`);
    await page.getByLabel("Role").selectOption("billing");
    await ann.button("Show").click();
    await expect(main).toContainText("1 to 1 of 1");
    await page.getByRole("link", { name: "Show everybody" }).click();
    await page.getByLabel("Name or e-mail").fill("person 01");
    await page.getByLabel("Order").selectOption("newest");
    await ann.button("Show").click();
    await expect(page.getByRole("row").nth(1)).toContainText(named(19));
    await expect(main).toContainText("1 to 10 of 10");
    await page.getByRole("link", { name: `Manage ${named(12)}` }).click();
    await page.getByRole("link", { name: "All people" }).click();
    await expect(page.getByLabel("Name or e-mail")).toHaveValue("person 01");
    await expect(page.getByLabel("Order")).toHaveValue("newest");
    await expect(page.getByRole("row").nth(1)).toContainText(named(19));
  });
});

test("an admin of the organization lowers a quota and the running meeting obeys", async ({ person }) => {
  test.setTimeout(240_000);
  const ann = await person("Ann Lindqvist");
  await ann.signUp(account("Lindqvist Gardens"));
  const home = ann.home;
  const link = await ann.openRoom();
  const [ben, cleo] = [await person("Ben"), await person("Cleo")];
  await ann.join(link);
  await ben.join(link);
  await ann.button("People").click();
  const heading = ann.page.getByRole("complementary", { name: "People" }).getByRole("heading");
  await expect(heading).toContainText("2 of 100");
  const office = await ann.tab();
  const set = async (values: Record<string, string>) => {
    await office.page.goto(`${home}/quotas`);
    for (const [field, value] of Object.entries(values)) await office.page.getByLabel(field).fill(value);
    await office.button("Save quotas").click();
    await expect(office.page.getByRole("main")).toContainText("The quota is saved");
  };

  await test.step("fewer people: nobody has to go, nobody new comes in, and the page says whose limit it is", async () => {
    await set({ "People a meeting": "2", "Minutes a meeting": "30" });
    await expect(heading).toContainText("2 of 2");
    for (const one of [ann, ben]) {
      await expect(one.button("Leave")).toBeVisible();
      await expect.poll(() => one.secondsLeft(), { timeout: 60_000 }).toBeLessThanOrEqual(30 * 60);
    }
    await expect(ann.button("Upgrade")).toHaveCount(0); // paying would not lift what an admin has set
    expect(await cleo.triesToJoin(link)).toBe(false);
    await expect(cleo.page.getByRole("main")).toContainText("2 people in it, the most that its organization has set");
  });

  await test.step("room again: who waited comes in", async () => {
    await set({ "People a meeting": "3" });
    await expect(heading).toContainText("of 3");
    await cleo.join(link);
  });

  await test.step("fewer minutes than it has lasted: it ends for everybody, and says why", async () => {
    await expect.poll(() => ann.secondsLeft(), { message: "the meeting has lasted for more than a minute", timeout: 120_000 }).toBeLessThan(29 * 60 - 2);
    await set({ "Minutes a meeting": "1" });
    for (const one of [ann, ben, cleo]) {
      await expect(one.page).toHaveURL(/\/after/, { timeout: 60_000 });
      await expect(one.page.getByRole("main")).toContainText("the longest that the organization has set for this room");
    }
    await expect(ann.page.locator('form[action$="/checkout"]')).toHaveCount(0);
  });
});

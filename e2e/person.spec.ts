import { readFile } from "node:fs/promises";
import { expect, test } from "./lib/fixtures";
import { mailsOf } from "./lib/mails";
import type { Person } from "./lib/person";
import type { ParleyServer } from "./lib/server";
import { until } from "./lib/until";

const email = "leila@gmail.example";
const organization = "Haddad Gardens";

/** Chooses somebody on the page that stands in for a provider. */
async function choose(who: Person, provider: string, name: string): Promise<void> {
  await expect(who.page.getByRole("heading", { name: `Sign in with ${provider}` })).toBeVisible();
  await who.page.getByRole("button", { name }).click();
}

/** The link in the newest mail to this address with this subject. */
function linkOf(parley: ParleyServer, subject: RegExp): Promise<string> {
  return until(`a mail: ${subject.source}`, async () => {
    const mail = (await mailsOf(parley)).filter((one) => one.to.includes(email) && subject.test(one.subject)).at(-1);
    return mail?.text.match(/https?:\/\/[^\s"<>]+\/reset[^\s"<>]*/)?.[0] ?? null;
  });
}

test("somebody signs in by Google, links Facebook, loses the password, gets back in, takes their data and goes", async ({ parley, person }) => {
  test.setTimeout(240_000);
  const leila = await person("Leila Haddad");
  const { page } = leila;
  const main = page.getByRole("main");
  let home = "";

  await test.step("Google says who she is, and only the organization's name is left to type", async () => {
    await page.goto("/signup");
    await leila.button("Continue with Google").click();
    await choose(leila, "Google", "Leila Haddad");
    await expect(page).toHaveURL(/\/auth\/new/);
    await expect(main).toContainText(email);
    await page.getByLabel("Organization").fill(organization);
    await main.locator('form button:not([type="button"])').first().click();
    await expect(page).toHaveURL(/\/o\/haddad-gardens/);
    ({ home } = leila);
  });

  await test.step("Facebook is linked from her profile, and a password is set", async () => {
    await page.goto("/me/security");
    await leila.button("Link Facebook").click();
    await choose(leila, "Facebook", "Leila Haddad");
    await expect(main).toContainText("It is linked");
    await expect(leila.button("Unlink Facebook")).toBeVisible();
    await page.getByLabel("New password").fill("a heron on the jetty");
    await leila.button("Set a password").click();
    await expect(leila.button("Change password")).toBeVisible();
  });

  await test.step("another browser has forgotten it, and gets back in by mail; the link works once", async () => {
    const other = await person("Leila elsewhere");
    await other.page.goto("/login");
    await other.page.getByRole("link", { name: "Forgot your password?" }).click();
    await other.page.getByLabel("E-mail").fill(email);
    await other.button("Send the link").click();
    await expect(other.page.getByRole("main")).toContainText("a link is on its way");
    const link = await linkOf(parley, /new password/i);
    await other.page.goto(link);
    await other.page.getByLabel("New password").fill("two kettles and a lamp");
    await other.button("Set the new password").click();
    await other.signIn({ email, password: "two kettles and a lamp", organization });
    await other.page.goto(link);
    await expect(other.page.getByRole("main")).toContainText("This link is used up");
    await page.goto(home);
    await expect(page, "the first browser is signed out").toHaveURL(/\/login/);
  });

  await test.step("Facebook opens the same account, on the same console", async () => {
    await page.goto("/login");
    await leila.button("Continue with Facebook").click();
    await choose(leila, "Facebook", "Leila Haddad");
    await expect(page).toHaveURL(new RegExp(`${home}$`));
  });

  await test.step("all her data comes in one file", async () => {
    await page.goto("/me/data");
    const [download] = await Promise.all([page.waitForEvent("download"), leila.button("Download my data").click()]);
    expect(download.suggestedFilename()).toMatch(/\.zip$/);
    const zip = await readFile(await download.path());
    expect(zip.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
    expect(zip.toString("latin1")).toContain("profile.json");
  });

  await test.step("she asks to be deleted; a mail says when", async () => {
    await page.getByRole("link", { name: "Delete my account" }).click();
    await expect(main).toContainText(`Nobody else belongs to ${organization}: it is deleted too`);
    await page.getByLabel("Present password").fill("not that one");
    await leila.button("Delete my account").click();
    await expect(main).toContainText("This is not your present password.");
    await page.getByLabel("Present password").fill("two kettles and a lamp");
    await leila.button("Delete my account").click();
    await expect(main).toContainText("You are signed out");
    await until("the mail", async () => (await mailsOf(parley)).some((mail) => mail.to.includes(email) && /will be deleted/.test(mail.subject)) || null);
    await page.goto(home);
    await expect(page).toHaveURL(/\/login/);
  });

  await test.step("who comes back in time can stay", async () => {
    await page.goto("/login");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("two kettles and a lamp");
    await leila.button("Sign in").click();
    await expect(main).toContainText("Would you like to stay?");
    await leila.button("Keep my account").click();
    await expect(main).toContainText("Welcome back. Your account stays.");
    await page.goto(home);
    await expect(page.getByRole("link", { name: "Open a room" }).or(leila.button("Open a room"))).toBeVisible();
  });
});

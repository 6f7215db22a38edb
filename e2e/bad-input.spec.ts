import { createHmac } from "node:crypto";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { expectPictures, expectVoices } from "./lib/stats";

test.describe("codes and links", () => {
  test("a code that leads nowhere says so and offers another try", async ({ person }) => {
    const guest = await person("Ben");
    const answer = await guest.page.goto("/m/k7dm-9q2x-h4tw");
    expect(answer?.status()).toBe(404);
    await expect(guest.page.getByRole("heading", { level: 1 })).toBeVisible();
    await guest.page.getByRole("link", { name: "Join with a code" }).click();
    await guest.page.getByLabel("Code or link").fill("what is this");
    await guest.button("Join").click();
    await expect(guest.page.getByLabel("Code or link")).toHaveAttribute("aria-invalid", "true");
    await expect(guest.page.getByLabel("Code or link")).toHaveValue("what is this");
  });

  test("a code is read as people write it: capitals, spaces, no dashes, a whole link", async ({ person }) => {
    const host = await person("Ann");
    await host.signUp(account("Codes"));
    const link = await host.openRoom();
    const code = link.split("/").pop() ?? "";
    const guest = await person("Ben");
    for (const typed of [code.toUpperCase(), code.replaceAll("-", " "), code.replaceAll("-", ""), `  ${link}  `]) {
      await guest.page.goto("/join");
      await guest.page.getByLabel("Code or link").fill(typed);
      await guest.button("Join").click();
      await expect(guest.page).toHaveURL(link);
      await expect(guest.page.getByLabel("Your name")).toBeVisible();
    }
  });
});

test.describe("signing up and in", () => {
  test("a taken e-mail and a weak password are said at their fields, and nothing typed is lost but the password", async ({ person }) => {
    const first = await person("Ann Lindqvist");
    await first.signUp(account("Acme", "ann@acme.example"));
    const second = await person("Ann Again");
    await second.page.goto("/signup");
    await second.fillSignUp(account("Acme Two", "ANN@acme.example"));
    await expect(second.page.getByLabel("E-mail")).toHaveAttribute("aria-invalid", "true");
    await expect(second.page.getByLabel("Name", { exact: true })).toHaveValue("Ann Again");
    await expect(second.page.getByLabel("Organization")).toHaveValue("Acme Two");
    await expect(second.page.getByLabel("Password", { exact: true })).toHaveValue("");
    await second.fillSignUp({ email: "other@acme.example", password: "12345678", organization: "Acme Two" });
    await expect(second.page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expect(second.page).toHaveURL(/\/signup$/);
  });

  test("a wrong password and an unknown address get the same answer", async ({ person }) => {
    const ann = await person("Ann");
    await ann.signUp(account("Acme", "ann@acme.example"));
    const stranger = await person("Eve");
    const answers: string[] = [];
    for (const email of ["ann@acme.example", "nobody@acme.example"]) {
      await stranger.page.goto("/login");
      await stranger.page.getByLabel("E-mail").fill(email);
      await stranger.page.getByLabel("Password", { exact: true }).fill("not the password");
      await stranger.button("Sign in").click();
      answers.push(await stranger.page.getByRole("alert").first().innerText());
    }
    expect(answers[0]).not.toBe("");
    expect(answers[1]).toBe(answers[0]);
  });
});

test.describe("doors that stay shut", () => {
  test("the person too many is told that the meeting is full, and comes in once there is a seat", async ({ parley, person }) => {
    await parley.admin("plan", "set", "--plan", "free", "--participants", "2");
    const host = await person("Ann");
    await host.signUp(account("Full"));
    const link = await host.openRoom();
    await host.join(link);
    const second = await person("Ben");
    await second.join(link);
    const third = await person("Cleo");
    await third.page.goto(link);
    await third.page.getByLabel("Your name").fill("Cleo");
    const answer = third.page.waitForResponse((response) => response.url().endsWith("/join") && response.request().isNavigationRequest());
    await third.button("Join").click();
    expect((await answer).status()).toBe(409);
    await expect(third.page.getByRole("heading", { level: 1 })).toContainText(/full|taken/i);
    await second.leave();
    await expect.poll(() => third.triesToJoin(link), { message: "a seat that is free again", timeout: 60_000 }).toBe(true);
    await expectPictures(third.page, 1);
  });

  test("after the host has ended it for all, guests find the meeting over", async ({ person }) => {
    const host = await person("Ann");
    await host.signUp(account("Ended"));
    const link = await host.openRoom();
    await host.join(link);
    const guest = await person("Ben");
    await guest.join(link);
    await host.endForAll();
    await expect(guest.page).toHaveURL(/\/after/);
    await expect(guest.page.locator("main")).toContainText(/ended/i);
    await guest.page.goto(link);
    await guest.page.getByLabel("Your name").fill("Ben");
    const answer = guest.page.waitForResponse((response) => response.url().endsWith("/join") && response.request().isNavigationRequest());
    await guest.button("Join").click();
    expect((await answer).status()).toBe(410);
    await expect(guest.page.getByRole("heading", { level: 1 })).toBeVisible();
  });

  test("another organization's console is not there", async ({ person }) => {
    const ann = await person("Ann");
    await ann.signUp(account("Acme"));
    await ann.openRoom();
    const home = ann.home;
    const eve = await person("Eve");
    await eve.signUp(account("Elsewhere"));
    for (const path of [home, `${home}/billing`, `${home}/rooms/1`]) {
      const answer = await eve.page.goto(path);
      expect([403, 404], path).toContain(answer?.status());
    }
  });
});

test.describe("cameras", () => {
  test("a blocked camera is explained, and one can join without", async ({ person }) => {
    const host = await person("Ann");
    await host.signUp(account("Blocked"));
    const link = await host.openRoom();
    await host.join(link);
    const guest = await person("Ben", { permission: "deny" });
    await guest.page.goto(link);
    await expect(guest.page.getByText(/blocking the camera/i).first()).toBeVisible();
    await guest.enter();
    await expectPictures(guest.page, 1);
    await expect(host.tile("Ben")).toBeVisible();
  });

  test("without a camera and a microphone one joins to see and hear", async ({ person }) => {
    const host = await person("Ann");
    await host.signUp(account("No camera"));
    const link = await host.openRoom();
    await host.join(link);
    const guest = await person("Ben", { devices: "none" });
    await guest.page.goto(link);
    await expect(guest.page.getByText(/no camera/i).first()).toBeVisible();
    await guest.enter();
    await expectPictures(guest.page, 1);
    await expectVoices(guest.page, 1);
    await expect(host.tile("Ben")).toBeVisible();
  });
});

test("a lost connection is said, and everybody comes back by themselves when the server does", async ({ parley, person }) => {
  const host = await person("Ann");
  await host.signUp(account("Lost"));
  const link = await host.openRoom();
  await host.join(link);
  const guest = await person("Ben");
  await guest.join(link);
  await expectPictures(host.page, 1);
  const left = await host.secondsLeft();
  await parley.kill();
  await expect(guest.page.getByText(/reconnecting|connection (is |was )?lost/i).first()).toBeVisible({ timeout: 60_000 });
  await parley.startAgain();
  for (const one of [host, guest]) {
    await expectPictures(one.page, 1);
    await expectVoices(one.page, 1);
  }
  expect(await host.secondsLeft(), "a restart wins no minutes").toBeLessThan(left);
});

test.describe("money", () => {
  test("a Checkout that is abandoned changes nothing", async ({ person }) => {
    const ann = await person("Ann");
    await ann.signUp(account("Abandoned"));
    const home = ann.home;
    await ann.startCheckout(home);
    await ann.abandonCheckout();
    await expect(ann.page).toHaveURL(/\/billing\/cancelled/);
    await ann.page.goto(`${home}/billing`);
    await expect(ann.page.getByRole("main")).toContainText("Free");
    await expect(ann.payButtons().first()).toBeVisible();
  });

  test("a Checkout that is open twice is paid once", async ({ person }) => {
    const ann = await person("Ann");
    await ann.signUp(account("Twice"));
    const home = ann.home;
    await ann.startCheckout(home);
    const other = await ann.tab();
    await other.startCheckout(home);
    await ann.pay();
    await expect(ann.page).toHaveURL(/\/billing\/done/);
    await expect(ann.page.getByRole("heading", { level: 1 })).toContainText("Pro");
    // The second page is still open. Whatever paying there answers, the organization has one subscription.
    await other.pay();
    await ann.page.goto(`${home}/billing`);
    await expect(ann.page.getByRole("main")).toContainText("Pro");
    await expect(ann.page.getByText("12.99").or(ann.page.getByText("124.68")).first()).toBeVisible();
    await expect(ann.payButtons()).toHaveCount(0);
  });

  const secret = "whsec_of_this_test";
  test.describe("webhooks", () => {
    test.use({ serverOptions: { flags: ["--stripe-webhook-secret", secret] } });
    test("a forged webhook is refused, and a real one may come again", async ({ parley }) => {
      const event = JSON.stringify({ id: "evt_1", object: "event", type: "customer.subscription.updated", created: 1, data: { object: { id: "sub_1", object: "subscription" } } });
      const deliver = (signature: string) =>
        fetch(`${parley.url}/webhooks/stripe`, { method: "POST", body: event, headers: { "Content-Type": "application/json", "Stripe-Signature": signature } });
      const signed = (key: string, at = Math.floor(Date.now() / 1000)) => `t=${at},v1=${createHmac("sha256", key).update(`${at}.${event}`).digest("hex")}`;
      for (const signature of ["", "t=1,v1=00", signed(""), signed("whsec_guess"), signed(secret, 1)]) {
        expect((await deliver(signature)).status, signature).toBe(400);
      }
      expect((await deliver(signed(secret))).status).toBe(200);
      expect((await deliver(signed(secret))).status).toBe(200);
    });
  });
});

import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Locator } from "@playwright/test";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";
import { ForeignSite } from "./lib/sdk";
import { signToken } from "./lib/token";
import { until } from "./lib/until";

const patient = { timeout: 60_000 };

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: { type: string; data: Record<string, unknown> };
}

/** Somebody's server that hears webhooks: on loopback, which Parley calls in demo mode only. */
class Receiver {
  readonly received: Received[] = [];
  /** What it answers. */
  status = 204;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = Buffer.concat(parts).toString();
        receiver.received.push({ headers: request.headers, body, event: JSON.parse(body) as Received["event"] });
        response.writeHead(receiver.status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/parley`;
  }

  /** Waits until an event of this type has come, so many times. */
  heard(type: string, times = 1): Promise<Received> {
    return until(`${type}, ${times} times`, async () => this.received.filter((one) => one.event.type === type)[times - 1], 60_000);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** The signature that Standard Webhooks asks for: HMAC-SHA256 of id, time and body, with the secret behind "whsec_". */
function signature(secret: string, { headers, body }: Received): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`).digest("base64")}`;
}

test("an admin gives programs keys of their own, and hears what happens by webhook", async ({ parley, person, browsers }) => {
  test.setTimeout(360_000);
  const ann = await person("Ann Lindqvist");
  const { page } = ann;
  await ann.signUp(account("Lindqvist Robots"));
  const developers = `${ann.home}/developers`;
  const fresh = page.getByTestId("fresh-key");
  const secret = () => fresh.getByTestId("secret").innerText();
  const api = async (key: string, path: string, body?: object): Promise<{ status: number; kind: string; json: Record<string, unknown> }> => {
    const headers = { Authorization: `Bearer ${key}`, ...(body ? { "Content-Type": "application/json" } : {}) };
    const answer = await fetch(`${parley.url}/api/v1${path}`, { headers, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) });
    return { status: answer.status, kind: answer.headers.get("content-type") ?? "", json: (await answer.json()) as Record<string, unknown> };
  };
  const row = (text: string): Locator => page.getByTestId("key").filter({ hasText: text });
  let key = "";

  await test.step("an API key is shown once, and does what it was made for and no more", async () => {
    await page.goto(developers);
    await page.getByLabel("What is it for").fill("Nightly report");
    for (const scope of ["rooms:write", "meetings:read"]) await page.getByRole("checkbox", { name: scope }).check();
    await ann.button("Make an API key").click();
    key = await secret();
    await page.goto(developers);
    await expect(fresh).toHaveCount(0);
    expect(await page.content()).not.toContain(key);
    await expect(row("Nightly report")).toContainText("Never");

    const made = await api(key, "/rooms", { name: "Made by a program" });
    expect(made.status, JSON.stringify(made.json)).toBe(201);
    expect((await api(key, "/meetings")).json["data"]).toEqual([]);
    const refused = await api(key, "/members");
    expect(refused.status).toBe(403);
    expect(refused.kind).toContain("application/problem+json");
    expect(JSON.stringify(refused.json)).toContain("does not have the scope");
    await page.goto(developers);
    await expect(row("Nightly report")).toContainText("127.0.0.");
    await expect(row("Nightly report")).not.toContainText("Never");
    await page.goto(ann.home);
    await expect(page.getByTestId("room").filter({ hasText: "Made by a program" })).toBeVisible();
  });

  await test.step("it is rotated: the new one works, the old one stops at once", async () => {
    await page.goto(developers);
    await row("Nightly report").getByText("Change").click();
    await row("Nightly report").getByLabel("The old key works for").selectOption({ label: "No longer, at once" });
    await row("Nightly report").getByRole("button", { name: "Rotate" }).click();
    await expect(fresh).toBeVisible(patient);
    const next = await secret();
    expect(next).not.toBe(key);
    expect((await api(key, "/meetings")).status).toBe(401);
    expect((await api(next, "/meetings")).status).toBe(200);
    key = next;
  });

  const receiver = await Receiver.start();
  const site = await ForeignSite.start();
  try {
    let whsec = "";
    await test.step("a webhook is registered", async () => {
      await page.goto(developers);
      await page.getByLabel("Address").fill(receiver.url);
      for (const event of ["participant.joined", "participant.left"]) await page.getByRole("checkbox", { name: event }).check();
      await ann.button("Make a webhook").click();
      whsec = await secret();
      await page.goto(developers);
      await page.getByRole("link", { name: "See deliveries" }).click();
      await expect(page.getByRole("main")).toContainText("Nothing has been sent yet.");
    });
    const log = page.url();
    const delivery = (event: string): Locator => page.getByTestId("delivery").filter({ hasText: event });

    await test.step("a media key is shown once, and a plain LiveKit client joins with a token that it signed", async () => {
      await page.goto(developers);
      await page.getByLabel("What is the media key for").fill("Lobby kiosk");
      await ann.button("Make a media key").click();
      const id = (await fresh.locator(".mono").first().innerText()).trim();
      const media = { key: id, secret: await secret(), url: parley.url.replace("http", "ws") };
      await page.goto(developers);
      expect(await page.content()).not.toContain(media.secret);
      const kiosk = await site.visit(await browsers());
      expect(await kiosk.connect(media.url, signToken(media, { room: "lobby", identity: "kiosk", name: "Kiosk" }), false)).toBe("");

      const joined = await receiver.heard("participant.joined");
      expect(joined.event.data).toMatchObject({ identity: "kiosk", name: "Kiosk" });
      expect(joined.headers["webhook-signature"]).toBe(signature(whsec, joined));
      await expect(async () => {
        await page.goto(log);
        await expect(delivery("participant.joined")).toContainText("Arrived", { timeout: 1000 });
      }).toPass(patient);

      receiver.status = 500;
      await kiosk.leave();
    });

    await test.step("their server fails: the log shows it, and that it is tried again by itself", async () => {
      const first = await receiver.heard("participant.left");
      const second = await receiver.heard("participant.left", 2);
      expect(second.headers["webhook-id"], "a repeat can be told from news").toBe(first.headers["webhook-id"]);
      expect(second.headers["webhook-signature"]).toBe(signature(whsec, second));
      await expect(async () => {
        await page.goto(log);
        await expect(delivery("participant.left")).toContainText("answered 500", { timeout: 1000 });
        await expect(delivery("participant.left").getByRole("cell").nth(3)).not.toHaveText(/^[01]$/, { timeout: 1000 });
      }).toPass(patient);
      await expect(page.getByRole("main")).toContainText("Fails at the moment");
    });

    await test.step("it answers again, and a press of a button sends what was missed", async () => {
      receiver.status = 204;
      const before = receiver.received.length;
      await delivery("participant.left").first().getByRole("button", { name: "Send again" }).click();
      await until("it to come again", async () => receiver.received.length > before, 60_000);
      await expect(async () => {
        await page.goto(log);
        await expect(delivery("participant.left").filter({ hasText: "Arrived" }).first()).toBeVisible({ timeout: 1000 });
      }).toPass(patient);
      const last = receiver.received.at(-1);
      expect(last?.event.type).toBe("participant.left");
      expect(last?.headers["webhook-signature"]).toBe(last && signature(whsec, last));
    });
  } finally {
    await site.stop();
    await receiver.stop();
  }
});

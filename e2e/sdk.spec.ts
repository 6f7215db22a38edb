import { request as httpRequest } from "node:http";
import { expect, test } from "./lib/fixtures";
import { ForeignSite } from "./lib/sdk";
import type { ParleyServer } from "./lib/server";
import { signToken, type MediaKey } from "./lib/token";

interface Organization {
  slug: string;
  key: MediaKey;
}

async function organization(parley: ParleyServer, name: string): Promise<Organization> {
  const { slug } = JSON.parse(await parley.admin("org", "create", "--name", name, "--plan", "free", "--json")) as { slug: string };
  const key = JSON.parse(await parley.admin("key", "create", "--org", slug, "--json")) as MediaKey;
  expect(key.url).toBe(parley.url.replace("http", "ws"));
  return { slug, key };
}

/** The status with which the signalling socket is opened or refused. */
function knock(parley: ParleyServer, path: string, query: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" };
    const request = httpRequest(`${parley.url}${path}?${new URLSearchParams(query)}`, { headers });
    request.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once("error", reject);
    request.end();
  });
}

for (const single of [false, true]) {
  test(`a plain LiveKit client joins with an organization's key, over ${single ? "one connection" : "two connections"}`, async ({ parley, browsers }) => {
    const acme = await organization(parley, "Acme");
    const site = await ForeignSite.start();
    const browser = await browsers();
    const [ann, ben] = [await site.visit(browser), await site.visit(browser)];
    expect(await ann.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ann" }), single)).toBe("");
    await ann.publish();
    expect(await ben.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ben" }), single)).toBe("");
    await ben.publish();
    await ann.sees("ben");
    await ben.sees("ann");
    // Chromium would rather have HMAC-SHA1, which costs the node many times as much.
    expect(await ben.cipher("ann")).toBe("SRTP_AEAD_AES_128_GCM");
    await ann.leave();
    await ben.leave();
    await site.stop();
  });
}

// The first 2.x that npm's users may still have, and one from half-way.
for (const client of ["livekit-client-2.0", "livekit-client-2.9"]) {
  test(`an older client, ${client}, meets a present one, and comes back after a cut`, async ({ parley, browsers }) => {
    test.setTimeout(180_000);
    const acme = await organization(parley, "Acme");
    const [present, past] = [await ForeignSite.start(), await ForeignSite.start(client)];
    const browser = await browsers();
    const [ann, olaf] = [await present.visit(browser), await past.visit(browser)];
    expect(await ann.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ann" }), true)).toBe("");
    await ann.publish();
    expect(await olaf.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "olaf" }), false)).toBe("");
    await olaf.publish();
    await olaf.sees("ann");
    await ann.sees("olaf");
    for (const scenario of ["signal-reconnect", "full-reconnect"] as const) {
      await olaf.reconnect(scenario);
      await olaf.sees("ann");
      await ann.sees("olaf");
    }
    await olaf.leave();
    await ann.leave();
    await present.stop();
    await past.stop();
  });
}

test("a room of the same name in another organization stays out of reach", async ({ parley, browsers }) => {
  const acme = await organization(parley, "Acme");
  const other = await organization(parley, "Other");
  const site = await ForeignSite.start();
  const browser = await browsers();
  const [ann, ben, eve] = [await site.visit(browser), await site.visit(browser), await site.visit(browser)];
  expect(await ann.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ann" }), false)).toBe("");
  expect(await eve.connect(other.key.url, signToken(other.key, { room: "daily", identity: "eve" }), false)).toBe("");
  await ann.publish();
  expect(await ben.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ben" }), false)).toBe("");
  await ben.sees("ann"); // by now everything that could reach Eve would have reached Ben
  expect(await ben.others()).toEqual(["ann"]);
  expect(await ann.others()).toEqual(["ben"]);
  expect(await eve.others()).toEqual([]);
  expect(await eve.frames()).toEqual({});
  for (const visitor of [ann, ben, eve]) await visitor.leave();
  await site.stop();
});

test("forged tokens do not open the door", async ({ parley }) => {
  const acme = await organization(parley, "Acme");
  const other = await organization(parley, "Other");
  const claims = { room: "daily", identity: "eve" };
  const honest = signToken(acme.key, claims);
  const [head, body] = honest.split(".");
  const forgeries: Record<string, string> = {
    "no token": "",
    "not a token": "a.b.c",
    "no signature": `${head}.${body}.`,
    "algorithm none": signToken(acme.key, claims, { alg: "none", typ: "JWT" }),
    "another algorithm": signToken(acme.key, claims, { alg: "HS512", typ: "JWT" }),
    "another organization's secret": signToken({ ...acme.key, secret: other.key.secret }, claims),
    "a key that does not exist": signToken({ ...acme.key, key: "PKaaaaaaaaaaaaaa" }, claims),
    "over since a minute": signToken(acme.key, { ...claims, lasts: -60 }),
  };
  for (const [what, token] of Object.entries(forgeries)) {
    for (const path of ["/rtc", "/rtc/v1", "/rtc/validate"]) {
      expect.soft([401, 403], `${what} at ${path}`).toContain(await knock(parley, path, { access_token: token }));
    }
  }
  expect(await knock(parley, "/rtc", { access_token: honest, protocol: "17", auto_subscribe: "1" })).toBe(101);
});

for (const [what, bytes] of [["too large", 1 << 20], ["malformed", 64]] as const) {
  test(`a signal that is ${what} ends that connection and nobody else's`, async ({ parley, browsers }) => {
    const acme = await organization(parley, "Acme");
    const site = await ForeignSite.start();
    const browser = await browsers();
    const [ann, ben, eve] = [await site.visit(browser), await site.visit(browser), await site.visit(browser)];
    await ann.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ann" }), false);
    await ann.publish();
    await ben.connect(acme.key.url, signToken(acme.key, { room: "daily", identity: "ben" }), false);
    const address = `${acme.key.url}/rtc?protocol=17&auto_subscribe=1&access_token=${signToken(acme.key, { room: "daily", identity: "eve" })}`;
    const closed = await eve.page.evaluate(
      ([address, bytes]) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(address);
          socket.binaryType = "arraybuffer";
          socket.onmessage = () => socket.send(new Uint8Array(bytes).fill(0xff)); // after the answer to the join
          socket.onclose = () => resolve("closed");
        }),
      [address, bytes] as const,
    );
    expect(closed).toBe("closed");
    await ben.sees("ann");
    expect((await fetch(`${parley.url}/readyz`)).status).toBe(200);
    for (const visitor of [ann, ben, eve]) await visitor.leave();
    await site.stop();
  });
}

import { setTimeout as pause } from "node:timers/promises";
import { account } from "./lib/accounts";
import { behindBox, only } from "./lib/behind";
import { type Box, farSide, ownAddress } from "./lib/box";
import { launchFirefox, visitWithFirefox } from "./lib/firefox";
import { expect, test as base } from "./lib/fixtures";
import { Person } from "./lib/person";
import { ForeignSite, type ForeignVisitor } from "./lib/sdk";
import type { ParleyServer } from "./lib/server";
import { statsOf } from "./lib/stats";
import { signToken, type MediaKey } from "./lib/token";
import { until } from "./lib/until";

/** A Parley behind a box, which it is told of as the address that people know, and a browser that trusts its certificate for TURN. */
interface Behind {
  parley: ParleyServer;
  box: Box;
  turn: number;
  turnTLS: number;
  /** Somebody who joins through the box, and publishes. */
  arrive: (identity: string, singlePeerConnection: boolean, policy?: "all" | "relay") => Promise<ForeignVisitor>;
  /** The same with Firefox. */
  arriveWithFirefox: (identity: string, singlePeerConnection: boolean, policy?: "all" | "relay") => Promise<ForeignVisitor>;
  /** Somebody who opens our own pages through the box. */
  person: (name: string) => Promise<Person>;
}

const test = base.extend<{ behind: Behind; loopback: boolean; turnHost: string }>({
  /** Whether the far side of the box is on loopback too. */
  loopback: [true, { option: true }],
  /** The name that people are told for the TURN server, which then speaks TLS alone; without one it is told by address. */
  turnHost: ["", { option: true }],
  behind: async ({ loopback, turnHost }, use, info) => {
    const side = loopback ? farSide : ownAddress();
    const { parley, box, turn, turnTLS, browser, stop } = await behindBox(side, turnHost);
    const site = await ForeignSite.start();
    const { slug } = JSON.parse(await parley.admin("org", "create", "--name", "Acme", "--plan", "free", "--json")) as { slug: string };
    const key = JSON.parse(await parley.admin("key", "create", "--org", slug, "--json")) as MediaKey;
    const enter = async (visitor: ForeignVisitor, ...[identity, singlePeerConnection, policy]: Parameters<Behind["arrive"]>) => {
      const url = `ws://${side}:${parley.port}`;
      expect(await visitor.connect(url, signToken(key, { room: "daily", identity }), singlePeerConnection, {}, policy)).toBe("");
      await visitor.publish();
      return visitor;
    };
    let firefox: ReturnType<typeof launchFirefox> | undefined;
    await use({
      parley,
      box,
      turn,
      turnTLS,
      arrive: async (...who) => enter(await site.visit(browser), ...who),
      arriveWithFirefox: async (...who) => enter(await visitWithFirefox(site, await (firefox ??= launchFirefox())), ...who),
      person: async (name) => {
        const baseURL = `http://${side}:${parley.port}`;
        const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
        await context.grantPermissions(["camera", "microphone"], { origin: baseURL });
        return Person.arrive(name, context);
      },
    });
    if (info.errors.length > 0) await info.attach("parley.log", { body: parley.log, contentType: "text/plain" });
    await (await firefox)?.close();
    await site.stop();
    await stop();
  },
});

/** Waits until two see each other, each by the way that is expected. */
async function meet(ann: ForeignVisitor, ben: ForeignVisitor, way: { local: string; remote: string }): Promise<void> {
  await ann.sees("ben");
  await ben.sees("ann");
  await expect.poll(() => ann.way("ben"), { message: "Ann's way", timeout: 60_000 }).toEqual(way);
  await expect.poll(() => ben.way("ann"), { message: "Ben's way", timeout: 60_000 }).toEqual(way);
}

test("people meet over UDP, over TCP where UDP is blocked, and over TLS where everything else is", async ({ behind }) => {
  const { parley, turnTLS } = behind;
  const steps = [
    { open: { udp: parley.mediaPort }, way: { local: expect.stringMatching(/^(host|prflx|srflx) udp$/) as unknown as string, remote: "host udp" } },
    { open: { tcp: parley.mediaPort }, way: { local: expect.stringMatching(/^(host|prflx) tcp$/) as unknown as string, remote: "host tcp" } },
    { open: { tcp: turnTLS }, way: { local: "relay tls", remote: "host udp" } },
  ];
  for (const step of steps) {
    only(behind, step.open);
    const [ann, ben] = [await behind.arrive("ann", true), await behind.arrive("ben", false)];
    await meet(ann, ben, step.way);
    await ann.leave();
    await ben.leave();
  }
});

test("people meet through the relay alone, over UDP and over TCP to it", async ({ behind }) => {
  const { turn } = behind;
  for (const [local, open] of [
    ["relay udp", { udp: turn }],
    ["relay tcp", { tcp: turn }],
  ] as const) {
    only(behind, open);
    const [ann, ben] = [await behind.arrive("ann", true, "relay"), await behind.arrive("ben", false, "relay")];
    await meet(ann, ben, { local, remote: "host udp" });
    await ann.leave();
    await ben.leave();
  }
});

test("two with Firefox meet through the relay alone, over UDP and over TCP to it", async ({ behind }) => {
  test.setTimeout(300_000);
  const { turn } = behind;
  for (const [local, open] of [
    ["relay udp", { udp: turn }],
    ["relay tcp", { tcp: turn }],
  ] as const) {
    only(behind, open);
    const [ann, ben] = [await behind.arriveWithFirefox("ann", true, "relay"), await behind.arriveWithFirefox("ben", false, "relay")];
    await meet(ann, ben, { local, remote: "host udp" });
    await ann.leave();
    await ben.leave();
  }
});

test.describe("on an address that is not loopback", () => {
  test.use({ loopback: false });

  test("two with Firefox meet over TCP where UDP is blocked", async ({ behind }) => {
    test.setTimeout(300_000);
    only(behind, { tcp: behind.parley.mediaPort });
    const [ann, ben] = [await behind.arriveWithFirefox("ann", true), await behind.arriveWithFirefox("ben", false)];
    await meet(ann, ben, { local: expect.stringMatching(/^(host|prflx) tcp$/) as unknown as string, remote: "host tcp" });
    await ann.leave();
    await ben.leave();
  });
});

test.describe("with a name for the TURN server", () => {
  test.use({ turnHost: "turn.localhost" });

  test("two with Firefox meet over TLS where everything else is blocked", async ({ behind }) => {
    test.setTimeout(300_000);
    only(behind, { tcp: behind.turnTLS });
    const [ann, ben] = [await behind.arriveWithFirefox("ann", true), await behind.arriveWithFirefox("ben", false)];
    await meet(ann, ben, { local: "relay tls", remote: "host udp" });
    await ann.leave();
    await ben.leave();
  });
});

interface Presence {
  me: string;
  others: Record<string, string>;
  left: number;
  reconnected: number;
}

/** Who one is and who is there, by the ids that a new join would change. */
function presence(visitor: ForeignVisitor): Promise<Presence> {
  return visitor.page.evaluate(() => {
    const room = window.room;
    const others: Record<string, string> = {};
    for (const person of room?.remoteParticipants.values() ?? []) others[person.identity] = person.sid;
    return { me: room?.localParticipant.sid ?? "", others, left: window.left ?? -1, reconnected: window.reconnected ?? -1 };
  });
}

declare global {
  interface Window {
    left?: number;
    reconnected?: number;
    heard?: string[];
  }
}

function watch(visitor: ForeignVisitor): Promise<void> {
  return visitor.page.evaluate(() => {
    window.left = 0;
    window.reconnected = 0;
    window.room?.on("participantDisconnected", () => (window.left = (window.left ?? 0) + 1));
    window.room?.on("reconnected", () => (window.reconnected = (window.reconnected ?? 0) + 1));
  });
}

/** Cuts everything for five seconds; afterwards the box speaks from other ports. Nobody leaves, and both come back. */
async function outliveACut({ box }: Behind, ann: ForeignVisitor, ben: ForeignVisitor): Promise<void> {
  await ann.sees("ben");
  await ben.sees("ann");
  const before = [await presence(ann), await presence(ben)];
  for (const one of [ann, ben]) await watch(one);
  box.cut();
  await pause(5000);
  box.restart();
  for (const [one, other] of [
    [ann, "ben"],
    [ben, "ann"],
  ] as const) {
    await until(`${other} to be back on the other's page`, async () => (await presence(one)).reconnected > 0, 60_000);
    await one.sees(other);
  }
  const after = [await presence(ann), await presence(ben)];
  expect(after.map(({ me, others, left }) => ({ me, others, left }))).toEqual(before.map(({ me, others }) => ({ me, others, left: 0 })));
  await ann.leave();
  await ben.leave();
}

test("a cut of five seconds and other ports afterwards end nobody's meeting", async ({ behind }) => {
  test.setTimeout(300_000);
  await outliveACut(behind, await behind.arrive("ann", true), await behind.arrive("ben", false));
});

test.describe("on an address that is not loopback, cut", () => {
  test.use({ loopback: false });

  test("a cut of five seconds ends no meeting of two with Firefox", async ({ behind }) => {
    test.setTimeout(300_000);
    await outliveACut(behind, await behind.arriveWithFirefox("ann", true), await behind.arriveWithFirefox("ben", false));
  });
});

/** Has the page keep what it says to a screen reader from now on. */
function listen(one: Person): Promise<void> {
  return one.page.evaluate(() => {
    const heard: string[] = (window.heard = []);
    const words = () =>
      [...document.querySelectorAll<HTMLElement>("[role=status], [role=alert]")]
        .filter((region) => region.checkVisibility())
        .flatMap((region) => region.innerText.split("\n").map((line) => line.trim()))
        .filter((line) => line !== "");
    const before = new Set(words());
    new MutationObserver(() => {
      for (const line of words()) if (!before.has(line) && !heard.includes(line)) heard.push(line);
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
  });
}

test("a cut of five seconds on our own page is told, and nobody leaves by it", async ({ behind }) => {
  test.setTimeout(300_000);
  const [ann, ben] = [await behind.person("Ann Lindqvist"), await behind.person("Ben Okafor")];
  await ann.signUp(account("Lindqvist Gardens"));
  const link = await ann.openRoom();
  await ann.join(link);
  await ben.join(link);
  const frames = async (one: Person) => ((await statsOf(one.page))?.tracks ?? []).find((track) => track.kind === "video")?.framesDecoded ?? 0;
  const sockets = new Map<Person, string[]>();
  for (const one of [ann, ben]) {
    await expect(one.tiles()).toHaveCount(2);
    await until("the other's picture", async () => (await frames(one)) > 0, 60_000);
    await listen(one);
    sockets.set(one, []);
    one.page.on("websocket", (socket) => sockets.get(one)?.push(socket.url()));
  }
  behind.box.cut();
  await pause(5000);
  behind.box.restart();
  for (const [one, other] of [
    [ann, ben],
    [ben, ann],
  ] as const) {
    const said = (words: string) => one.page.evaluate((words) => window.heard?.some((line) => line.includes(words)), words);
    await until(`${one.name}'s page to say that it is reconnecting`, () => said("Reconnecting"), 60_000);
    await until(`${one.name}'s page to say that this is over`, () => said("You are back"), 60_000);
    const back = await frames(one);
    await until("the picture to go on", async () => (await frames(one)) !== back, 60_000);
    await one.expectInMeeting();
    await expect(one.page.getByText(/reconnecting/i)).toBeHidden({ timeout: 60_000 });
    await expect(one.tiles()).toHaveCount(2, { timeout: 60_000 });
    await expect(one.tile(other.name)).toBeVisible({ timeout: 60_000 });
    // They went on with the seat that they had, and did not join anew.
    expect(sockets.get(one)?.[0]).toMatch(/[?&]reconnect=1(&|$)/);
    expect(one.violations).toEqual([]);
  }
  for (const one of [ann, ben]) await one.context.close();
});

test("media finds its way when a NAT changes ports under it", async ({ behind }) => {
  const [ann, ben] = [await behind.arrive("ann", true), await behind.arrive("ben", false)];
  await ann.sees("ben");
  await ben.sees("ann");
  const before = [await presence(ann), await presence(ben)];
  for (const one of [ann, ben]) await watch(one);
  behind.box.rebind();
  await ann.sees("ben");
  await ben.sees("ann");
  const after = [await presence(ann), await presence(ben)];
  expect(after.map(({ me, others, left }) => ({ me, others, left }))).toEqual(before.map(({ me, others }) => ({ me, others, left: 0 })));
  await ann.leave();
  await ben.leave();
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Store, initialState } from "../state.ts";
import type { MeetingSession } from "../types.ts";
import { HostLine } from "./host.ts";
import { Waiters } from "./waiters.ts";

const meeting = { identity: "me", host: true, urls: { lobby: "/m/x", waiters: "/m/x/waiters" }, csrf: "" } as MeetingSession;
const gil = { identity: "gil", name: "Gil", member: false, lines: [] };

/** A server that gives these answers, and then the list with Gil. */
function began(t: TestContext, ...answers: (Response | "down")[]) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, { window: globalThis });
  const at = { asked: 0 };
  globalThis.fetch = async () => {
    const answer = answers[at.asked++] ?? Response.json({ waiting: [gil] });
    if (answer === "down") throw new TypeError("no network");
    return answer;
  };
  const store = new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await new Promise((go) => setImmediate(go));
  };
  return { at, store, pass, names: () => store.state.waiters.map((w) => w.name) };
}

test("a list of who waits that could not be read is read again", async (t) => {
  for (const wrong of ["down", new Response(null, { status: 429 }), new Response(null, { status: 503 })] as const) {
    const { at, store, pass, names } = began(t, wrong);
    const waiters = new Waiters(meeting, store);
    await waiters.read();
    assert.deepEqual([at.asked, names()], [1, []]);
    await pass(10_000);
    assert.deepEqual([at.asked, names()], [2, ["Gil"]]);
    waiters.stop();
    t.mock.timers.reset();
  }
});

test("a list that is refused, or with nobody on it, is not asked for again and again", async (t) => {
  for (const answer of [new Response(null, { status: 403 }), Response.json({ waiting: [] })]) {
    const { at, store, pass } = began(t, answer);
    await new Waiters(meeting, store).read();
    await pass(60_000);
    assert.equal(at.asked, 1);
    t.mock.timers.reset();
  }
});

test("who leads is asked again when nobody answered, until one leaves", async (t) => {
  const { at, store, pass } = began(t, "down", new Response(null, { status: 503 }), "down", new Response(null, { status: 403 }));
  const host = new HostLine(meeting, store);
  await host.read();
  await pass(10_000);
  await pass(10_000);
  assert.equal(at.asked, 3);
  host.stop();
  await pass(60_000);
  assert.equal(at.asked, 3);
});

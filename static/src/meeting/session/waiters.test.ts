import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Store, type Waiter, initialState } from "../state.ts";
import type { MeetingSession } from "../types.ts";
import { HostLine } from "./host.ts";
import { Waiters, type Wire, spread } from "./waiters.ts";

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

const waiter = (identity: string): Waiter => ({ identity, name: identity, member: false, lines: [] });

/** A door whose list is answered when the test says so, and a clock that goes when it does. */
class Door implements Wire {
  reads = 0;
  timers = new Map<number, { ms: number; then: () => void }>();
  #open: ((list: Waiter[]) => void)[] = [];
  #id = 0;

  read = (): ReturnType<Wire["read"]> => {
    this.reads++;
    return new Promise((resolve) => this.#open.push(resolve));
  };
  later = (ms: number, then: () => void): number => {
    this.timers.set(++this.#id, { ms, then });
    return this.#id;
  };
  cancel = (timer: number): void => void this.timers.delete(timer);
  chance = () => 0.5;

  /** Lets what is due happen. */
  pass(): void {
    const due = [...this.timers.values()];
    this.timers.clear();
    for (const { then } of due) then();
  }

  async answer(list: Waiter[]): Promise<void> {
    this.#open.shift()?.(list);
    await new Promise((go) => setTimeout(go));
  }
}

function inside(host = true) {
  const door = new Door();
  const store = new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
  return { door, store, waiters: new Waiters({ ...meeting, host }, store, door) };
}

test("of many who are told at once, each waits a little; who leads does not, nor anybody among few", () => {
  assert.equal(spread(100, true, 0.9), 0);
  assert.equal(spread(10, false, 0.9), 0);
  assert.equal(spread(20, false, 0.5), 500);
  assert.equal(spread(100, false, 0), 0);
  assert.equal(spread(1000, false, 1), 5_000);
});

test("all that is told until the list is read is one look", async () => {
  const { door, store, waiters } = inside();
  waiters.told();
  const first = [...door.timers.keys()];
  for (let i = 0; i < 20; i++) waiters.told();
  assert.deepEqual([[...door.timers.keys()], first.length], [first, 1]); // and it is not put off
  door.pass();
  assert.equal(door.reads, 1);
  await door.answer([waiter("gil")]);
  assert.deepEqual(store.state.waiters.map((w) => w.identity), ["gil"]);
  assert.equal([...door.timers.values()][0]?.ms, 30_000);
});

test("what is told while an answer is on its way is looked at once more, after it", async () => {
  const { door, store, waiters } = inside();
  void waiters.read();
  for (let i = 0; i < 20; i++) waiters.told();
  assert.equal(door.reads, 1);
  await door.answer([waiter("gil")]);
  assert.equal(store.state.waiters.length, 1);
  assert.equal(door.timers.size, 1);
  door.pass();
  assert.equal(door.reads, 2);
  await door.answer([]);
  assert.equal(store.state.waiters.length, 0);
  assert.equal(door.timers.size, 0);
  assert.equal(door.reads, 2);
});

test("who has just let somebody in looks again right after that answer", async () => {
  const { door, waiters } = inside();
  void waiters.read();
  waiters.told();
  void waiters.read();
  assert.equal(door.reads, 1);
  await door.answer([waiter("gil")]);
  assert.equal(door.reads, 2);
  await door.answer([]);
  assert.equal(door.timers.size, 0);
});

test("an answer that comes after the end of the meeting is not shown", async () => {
  const { door, store, waiters } = inside();
  void waiters.read();
  waiters.stop();
  await door.answer([waiter("gil")]);
  assert.equal(store.state.waiters.length, 0);
  assert.equal(door.timers.size, 0);
});

test("who may not let others in does not ask", async () => {
  const { door, waiters } = inside(false);
  waiters.told();
  await waiters.read();
  assert.equal(door.reads + door.timers.size, 0);
});

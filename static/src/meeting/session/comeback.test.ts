import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MeetingSession } from "../types.ts";
import { ComeBack } from "./comeback.ts";

const meeting = { urls: { token: "/m/x/token" }, csrf: "" } as MeetingSession;

/** A server that answers from the second question on, at the end of a path that swallows the first. */
function began(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const at = { asked: 0, joined: 0, ended: "" };
  globalThis.fetch = (_url, how) => {
    if (++at.asked > 1) return Promise.resolve(Response.json(meeting));
    return new Promise((_, fail) => {
      const { signal } = how as { signal: AbortSignal };
      signal.addEventListener("abort", () => fail(signal.reason as Error));
    });
  };
  const back = new ComeBack();
  void back.run(() => meeting, async () => ++at.joined > 0).then((how) => (at.ended = how));
  /** Lets so much time pass, and what follows from it happen. */
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await new Promise((go) => setImmediate(go));
  };
  return { at, back, pass };
}

test("a path that swallows the question does not hold up coming back for minutes", async (t) => {
  const { at, pass } = began(t);
  await pass(0);
  assert.deepEqual(at, { asked: 1, joined: 0, ended: "" });
  await pass(10_000);
  await pass(1_000);
  assert.deepEqual(at, { asked: 2, joined: 1, ended: "in" });
});

test("a network that is there again is tried at once", async (t) => {
  const { at, back, pass } = began(t);
  await pass(0);
  back.hurry();
  await pass(0);
  await pass(0);
  assert.deepEqual(at, { asked: 2, joined: 1, ended: "in" });
});

test("who leaves meanwhile does not come back", async (t) => {
  const { at, back, pass } = began(t);
  await pass(0);
  back.stop();
  await pass(60_000);
  assert.deepEqual(at, { asked: 1, joined: 0, ended: "stopped" });
});

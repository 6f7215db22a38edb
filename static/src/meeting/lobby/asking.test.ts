import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { keepAsking } from "./asking.ts";

/** Questions that are answered when the test says so. */
function began(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const at = { asked: 0 };
  let answer: (pause: number | null) => void = () => undefined;
  const now = keepAsking(() => {
    at.asked++;
    return new Promise((then) => (answer = then));
  });
  const settle = async () => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return {
    at,
    now,
    answered: async (pause: number | null) => {
      answer(pause);
      await settle();
    },
    pass: async (ms: number) => {
      t.mock.timers.tick(ms);
      await settle();
    },
  };
}

test("it is asked again after the pause, and no more after the end", async (t) => {
  const { at, now, answered, pass } = began(t);
  await answered(2500);
  await pass(2499);
  assert.equal(at.asked, 1);
  await pass(1);
  assert.equal(at.asked, 2);
  await answered(null);
  now();
  await pass(60_000);
  assert.equal(at.asked, 2);
});

test("a page that is seen again asks at once, and goes on at its pace", async (t) => {
  const { at, now, answered, pass } = began(t);
  await answered(2500);
  now();
  assert.equal(at.asked, 2);
  now(); // a question is on its way: then right after it
  assert.equal(at.asked, 2);
  await answered(5000);
  await pass(0);
  assert.equal(at.asked, 3);
  await answered(2500);
  await pass(2500);
  assert.equal(at.asked, 4);
});

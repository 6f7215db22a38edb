import assert from "node:assert/strict";
import { test } from "node:test";
import { Retry } from "./retry.ts";

/** Something that never works, and timers that come due when the test says so. */
function began() {
  const timers: { ms: number; then: () => void }[] = [];
  let tries = 0;
  const retry = new Retry(() => tries++, (ms, then) => void timers.push({ ms, then }));
  return { retry, timers, tries: () => tries, due: () => timers.splice(0).forEach(({ then }) => then()) };
}

test("who asks while a try is to come waits for it", () => {
  const { retry, timers, tries, due } = began();
  retry.ask();
  retry.failed(30_000);
  for (let i = 0; i < 10; i++) retry.ask();
  assert.equal(tries(), 1);
  assert.deepEqual(timers.map(({ ms }) => ms), [30_000]);
  due();
  assert.equal(tries(), 2);
  retry.ask();
  assert.equal(tries(), 3, "nothing is to come any more");
});

test("a try at once takes the place of the one that was to come", () => {
  const { retry, tries, due } = began();
  retry.failed();
  retry.now();
  assert.equal(tries(), 1);
  due();
  assert.equal(tries(), 1);
});

test("pauses grow to a most, and begin anew once it has worked", () => {
  const { retry, timers } = began();
  for (let i = 0; i < 7; i++) retry.failed();
  retry.worked();
  retry.failed();
  assert.deepEqual(timers.map(({ ms }) => ms), [500, 1000, 2000, 4000, 8000, 8000, 8000, 500]);
});

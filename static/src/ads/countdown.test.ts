import assert from "node:assert/strict";
import { test } from "node:test";
import { secondsLeft, words } from "./countdown.ts";

test("seconds are rounded up, and never below none", () => {
  assert.equal(secondsLeft(1000, 1000, 5), 5);
  assert.equal(secondsLeft(1000, 1001, 5), 5);
  assert.equal(secondsLeft(1000, 2001, 5), 4);
  assert.equal(secondsLeft(1000, 5999, 5), 1);
  assert.equal(secondsLeft(1000, 6000, 5), 0);
  assert.equal(secondsLeft(1000, 60_000, 5), 0);
});

test("the words follow the number", () => {
  const texts = { one: "one second", many: "{n} seconds", done: "go" };
  assert.deepEqual(
    [5, 2, 1, 0].map((n) => words(n, texts)),
    ["5 seconds", "2 seconds", "one second", "go"],
  );
});

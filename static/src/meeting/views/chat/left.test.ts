import assert from "node:assert/strict";
import { test } from "node:test";
import { Left } from "./left.ts";

test("the last 200 characters are told of five times, not with every letter", () => {
  const left = new Left();
  const told: (number | null)[] = [];
  for (let n = 4000; n >= 0; n--) {
    const said = left.now(n);
    if (said !== undefined) told.push(said);
  }
  assert.deepEqual(told, [200, 100, 50, 20, 0]);
});

test("what is pasted says how much is left, and an empty field takes it back", () => {
  const left = new Left();
  assert.equal(left.now(4000), undefined);
  assert.equal(left.now(73), 73);
  assert.equal(left.now(72), undefined);
  assert.equal(left.now(4000), null);
  assert.equal(left.now(3999), undefined);
});

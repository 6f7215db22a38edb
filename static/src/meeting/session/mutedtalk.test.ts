import assert from "node:assert/strict";
import { test } from "node:test";
import { Talk } from "./mutedtalk.ts";

const hears = (...levels: number[]) => {
  const talk = new Talk();
  return levels.map((level) => talk.hears(level)).at(-1);
};

test("a voice is told from a knock", () => {
  assert.equal(hears(0.2, 0.2, 0, 0, 0, 0), false, "a knock");
  assert.equal(hears(0.1, 0, 0.1, 0.1, 0, 0.1, 0.1), true, "words with gaps between");
});

test("a room's noise is no voice, however long it lasts", () => {
  assert.equal(hears(...Array.from({ length: 50 }, () => 0.02)), false);
});

test("what was heard before does not count for ever", () => {
  assert.equal(hears(0.2, 0.2, 0.2, 0.2, ...Array.from({ length: 10 }, () => 0), 0.2), false);
});

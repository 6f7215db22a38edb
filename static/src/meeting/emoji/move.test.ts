import assert from "node:assert/strict";
import { test } from "node:test";
import { move } from "./move.ts";

// 0 1 2 3 | 4 5      then nothing      then two wide ones: 0 1 | 2
const sections = [{ count: 6, columns: 4 }, { count: 0, columns: 4 }, { count: 3, columns: 2 }];
const from = (section: number, index: number, key: string, all = false) => move(key, { section, index }, sections, all);

test("arrows go along rows, from row to row, and over the end of a section", () => {
  assert.deepEqual(from(0, 0, "ArrowRight"), { section: 0, index: 1 });
  assert.deepEqual(from(0, 5, "ArrowRight"), { section: 2, index: 0 });
  assert.deepEqual(from(2, 0, "ArrowLeft"), { section: 0, index: 5 });
  assert.equal(from(0, 0, "ArrowLeft"), null);
  assert.deepEqual(from(0, 1, "ArrowDown"), { section: 0, index: 5 });
  assert.deepEqual(from(0, 3, "ArrowDown"), { section: 0, index: 5 }, "a short last row");
  assert.deepEqual(from(0, 4, "ArrowDown"), { section: 2, index: 0 });
  assert.equal(from(2, 2, "ArrowDown"), null);
  assert.deepEqual(from(2, 1, "ArrowUp"), { section: 0, index: 5 }, "the column that is above it");
  assert.deepEqual(from(0, 5, "ArrowUp"), { section: 0, index: 1 });
  assert.equal(from(0, 2, "ArrowUp"), "out");
});

test("Home and End are the row's, with Control all that there is", () => {
  assert.deepEqual(from(0, 2, "Home"), { section: 0, index: 0 });
  assert.deepEqual(from(0, 4, "Home"), { section: 0, index: 4 });
  assert.deepEqual(from(0, 4, "End"), { section: 0, index: 5 });
  assert.deepEqual(from(0, 0, "End"), { section: 0, index: 3 });
  assert.deepEqual(from(2, 2, "Home", true), { section: 0, index: 0 });
  assert.deepEqual(from(0, 0, "End", true), { section: 2, index: 2 });
  assert.equal(from(0, 0, "x"), null);
});

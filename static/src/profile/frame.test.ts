import assert from "node:assert/strict";
import { test } from "node:test";
import { cutOut, moved, whole, within } from "./frame.ts";

const wide = { width: 400, height: 200 };

test("the middle of a wide picture is shown at first", () => {
  assert.deepEqual(cutOut(whole, wide), { x: 100, y: 0, side: 200 });
});

test("a picture cannot be pulled out of its frame", () => {
  assert.deepEqual(cutOut(moved(whole, wide, 9, 9), wide), { x: 0, y: 0, side: 200 });
  assert.deepEqual(cutOut(moved(whole, wide, -9, -9), wide), { x: 200, y: 0, side: 200 });
  const near = within({ x: 0, y: 1, zoom: 2 }, wide);
  assert.deepEqual(cutOut(near, wide), { x: 0, y: 100, side: 100 });
});

test("moving by the whole frame moves by what the frame shows", () => {
  const near = within({ x: 0.5, y: 0.5, zoom: 2 }, wide);
  assert.equal(cutOut(moved(near, wide, 0.5, 0), wide).x, cutOut(near, wide).x - 50);
});

test("the size stays between whole and four times", () => {
  assert.equal(within({ x: 0.5, y: 0.5, zoom: 99 }, wide).zoom, 4);
  assert.equal(within({ x: 0.5, y: 0.5, zoom: 0 }, wide).zoom, 1);
});

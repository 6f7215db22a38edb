import assert from "node:assert/strict";
import { test } from "node:test";
import { type Zoom, keyed, moved, nearest, scaled, whole } from "./zoom.ts";

/** Where a point of the picture, from its middle, stands in the frame. */
const seen = (zoom: Zoom, at: number) => at * zoom.scale + zoom.x;

test("what is under the pointer stays under it", () => {
  const point = { x: 0.3, y: -0.2 };
  const near = scaled(whole, 2, point);
  assert.ok(Math.abs(seen(near, 0.3) - 0.3) < 1e-9);
  const nearer = scaled(near, 1.5, point);
  assert.ok(Math.abs(seen(nearer, 0.3) - 0.3) < 1e-9);
});

test("it goes no farther than all of it, and no nearer than six times", () => {
  assert.deepEqual(scaled({ scale: 2, x: 0.5, y: -0.5 }, 0.1), whole);
  assert.equal(scaled(whole, 100).scale, nearest);
});

test("nobody gets lost beside the picture", () => {
  assert.deepEqual(moved(whole, { x: 1, y: 1 }), whole);
  assert.deepEqual(moved(scaled(whole, 2), { x: 9, y: -9 }), { scale: 2, x: 0.5, y: -0.5 });
});

test("the keys that people try do what they expect", () => {
  const near = keyed(whole, "+");
  assert.equal(near?.scale, 1.5);
  assert.equal(keyed(near ?? whole, "ArrowRight")?.x, -0.15);
  assert.deepEqual(keyed({ scale: 3, x: 0.2, y: 0 }, "0"), whole);
  assert.equal(keyed(whole, "a"), null);
});

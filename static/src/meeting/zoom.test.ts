import assert from "node:assert/strict";
import { test } from "node:test";
import { type Zoom, keyed, moved, nearest, scaled, wheeled, whole, Taps, isTap } from "./zoom.ts";

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

test("a wheel comes nearer again and again, and goes back by the same way", () => {
  const frame = { width: 1000, height: 500 };
  const turn = (zoom: Zoom, change: object) => wheeled(zoom, { deltaX: 0, deltaY: 0, ctrlKey: false, shiftKey: false, ...change }, { x: 0, y: 0 }, frame);
  const near = turn(whole, { deltaY: -100 });
  const nearer = turn(near, { deltaY: -100 });
  assert.ok(near.scale > 1 && nearer.scale > near.scale);
  assert.ok(Math.abs(turn(turn(nearer, { deltaY: 100 }), { deltaY: 100 }).scale - 1) < 1e-9);
  assert.deepEqual(turn(nearer, { deltaX: 100, deltaY: 5 }), moved(nearer, { x: -0.1, y: -0.01 }));
  assert.deepEqual(turn(nearer, { deltaY: 100, shiftKey: true }), moved(nearer, { x: -0.1, y: 0 }));
  assert.ok(turn(whole, { deltaY: -10, ctrlKey: true }).scale > turn(whole, { deltaY: -10 }).scale, "fingers on a touchpad send small steps");
});

test("two taps are a pair when they come soon, and in one place; a third begins anew", () => {
  const pairs = (...taps: [number, number][]) => {
    const found = new Taps();
    return taps.map(([x, at]) => found.second({ x, y: 0, at }));
  };
  assert.deepEqual(pairs([0, 0], [5, 200]), [false, true]);
  assert.deepEqual(pairs([0, 0], [5, 200], [5, 400], [5, 600]), [false, true, false, true]);
  assert.deepEqual(pairs([0, 0], [5, 900]), [false, false], "too late");
  assert.deepEqual(pairs([0, 0], [90, 200]), [false, false], "somewhere else");
  const down = { x: 0, y: 0, at: 0 };
  assert.ok(isTap(down, { x: 4, y: 4, at: 90 }));
  assert.ok(!isTap(down, { x: 40, y: 0, at: 90 }), "it moved the picture");
  assert.ok(!isTap(down, { x: 0, y: 0, at: 900 }), "it rested there");
});

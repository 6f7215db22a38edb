import assert from "node:assert/strict";
import { test } from "node:test";
import { Paced } from "./paced.ts";

/** Frames that come when the test says so. */
function frames() {
  const waiting: (() => void)[] = [];
  return { next: (then: () => void) => void waiting.push(then), draw: () => waiting.splice(0).forEach((then) => then()), waiting };
}

test("one question is answered at once, and a burst of them once more", () => {
  const { next, draw, waiting } = frames();
  let done = 0;
  const paced = new Paced(() => done++, next);
  paced.ask();
  assert.equal(done, 1);
  for (let i = 0; i < 200; i++) paced.ask();
  assert.equal(done, 1);
  draw();
  assert.equal(done, 2);
  draw();
  assert.equal(done, 2);
  assert.equal(waiting.length, 0, "nothing goes on by itself");
  paced.ask();
  assert.equal(done, 3);
});

test("what the work itself asks for is done at the next frame", () => {
  const { next, draw } = frames();
  let done = 0;
  const paced = new Paced(() => {
    if (++done < 3) paced.ask();
  }, next);
  paced.ask();
  assert.equal(done, 1);
  draw();
  draw();
  draw();
  assert.equal(done, 3);
});

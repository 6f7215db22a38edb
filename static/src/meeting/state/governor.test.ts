import assert from "node:assert/strict";
import { test } from "node:test";
import { type Governor, type Look, busyFor, firstPatience, govern, picturesAt, unburdened } from "./governor.ts";

const every = 2000;
const well = { cpu: false, blocked: 0, dropped: 0 };
const busy = { ...well, cpu: true };

/** Looks every two seconds from one time to another, and says the same each time. */
function run(g: Governor, said: Omit<Look, "at"> | null, from: number, to: number): Governor {
  for (let at = from; at <= to; at += every) g = govern(g, said && { at, ...said });
  return g;
}

test("a device that is well is asked for everything", () => {
  assert.equal(run(unburdened, well, 0, 600_000).step, 0);
});

test("a device that is too busy for eight seconds sends less, then receives less, and no less than that", () => {
  for (const said of [busy, { ...well, blocked: 0.5 }, { ...well, dropped: 0.4 }]) {
    assert.equal(run(unburdened, said, 0, busyFor - every).step, 0);
    for (const step of [1, 2, 3, 4]) assert.equal(run(unburdened, said, 0, busyFor * step).step, step);
    assert.equal(run(unburdened, said, 0, 600_000).step, 4);
  }
});

test("being busy now and then asks for nothing less", () => {
  let g = unburdened;
  for (let at = 0; at < 600_000; at += 8000) g = run(run(g, busy, at, at + 4000), well, at + 6000, at + 6000);
  assert.equal(g.step, 0);
});

test("it comes back slowly, a step at a time", () => {
  const low = run(unburdened, busy, 0, busyFor * 4);
  const begun = busyFor * 4 + every;
  assert.equal(run(low, well, begun, begun + firstPatience - every).step, 4);
  assert.equal(run(low, well, begun, begun + firstPatience).step, 3);
  assert.equal(run(low, well, begun, begun + firstPatience * 4).step, 0);
});

test("what came back too early takes twice as long the next time", () => {
  let g = run(unburdened, busy, 0, busyFor);
  g = run(g, well, 10_000, 10_000 + firstPatience);
  assert.equal(g.step, 0);
  const again = 12_000 + firstPatience;
  g = run(g, busy, again, again + busyFor);
  assert.equal(g.step, 1);
  const begun = again + busyFor + every;
  assert.equal(run(g, well, begun, begun + firstPatience * 2 - every).step, 1);
  assert.equal(run(g, well, begun, begun + firstPatience * 2).step, 0);
});

test("a hidden page says nothing, and the time it was hidden counts for nothing", () => {
  const nearly = run(unburdened, busy, 0, busyFor - every);
  const hidden = run(nearly, null, busyFor, 60_000);
  assert.equal(hidden.step, 0);
  assert.equal(run(hidden, busy, 62_000, 62_000 + every).step, 0);
});

test("only the last step leaves pictures out", () => {
  assert.deepEqual(([0, 1, 2, 3] as const).map(picturesAt), [Infinity, Infinity, Infinity, Infinity]);
  assert.equal(picturesAt(4), 4);
});

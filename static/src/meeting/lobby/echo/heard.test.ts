import assert from "node:assert/strict";
import { test } from "node:test";
import { heardOf } from "./heard.ts";

const looks = (...levels: [level: number, times: number][]) => levels.flatMap(([level, times]) => Array<number>(times).fill(level));

test("silence, a far voice, a voice and a shout are told apart", () => {
  assert.equal(heardOf([], []), "nothing");
  assert.equal(heardOf(looks([0, 40]), looks([0, 40])), "nothing");
  assert.equal(heardOf(looks([0.0005, 40]), looks([0.002, 40])), "nothing", "noise of the device");
  assert.equal(heardOf(looks([0.001, 35], [0.008, 5]), looks([0.03, 40])), "quiet");
  assert.equal(heardOf(looks([0.001, 30], [0.08, 10]), looks([0.3, 40])), "well");
  assert.equal(heardOf(looks([0.4, 40]), looks([1, 40])), "loud");
});

test("a knock is no voice, and one peak is no shout", () => {
  assert.equal(heardOf(looks([0.0005, 38], [0.5, 2]), looks([0.001, 38], [1, 2])), "nothing");
  assert.equal(heardOf(looks([0.001, 30], [0.08, 10]), looks([0.3, 36], [1, 4])), "well");
});

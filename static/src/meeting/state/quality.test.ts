import assert from "node:assert/strict";
import { test } from "node:test";
import { type Level, type QualityState, betterAfter, levelOf, noQuality, reduceQuality, worseAfter } from "./quality.ts";

const heard = (state: QualityState, level: Level, at: number) => reduceQuality(state, { do: "heard", levels: { ann: level }, me: "ann", at });
const tick = (state: QualityState, at: number) => reduceQuality(state, { do: "tick", me: "ann", at });
const ann = (state: QualityState) => levelOf(state, "ann");

test("what the node first says of somebody is shown at once, and of nobody else it is good", () => {
  const state = heard(noQuality, "poor", 0);
  assert.equal(ann(state), "poor");
  assert.equal(levelOf(state, "ben"), "good");
});

test("a dip that is over before it is shown is never shown", () => {
  let state = heard(noQuality, "good", 0);
  for (let at = 1000; at < 60_000; at += 1000) {
    state = tick(heard(state, at % 2000 === 0 ? "good" : "poor", at), at);
    assert.equal(ann(state), "good", `at ${at}`);
  }
});

test("worse is shown after two seconds, better after six", () => {
  let state = heard(heard(noQuality, "good", 0), "weak", 1000);
  assert.equal(ann(tick(state, 999 + worseAfter)), "good");
  state = tick(state, 1000 + worseAfter);
  assert.equal(ann(state), "weak");
  state = heard(state, "good", 10_000);
  assert.equal(ann(tick(state, 9999 + betterAfter)), "weak");
  assert.equal(ann(tick(state, 10_000 + betterAfter)), "good");
});

test("what goes on getting worse does not wait anew", () => {
  let state = heard(heard(noQuality, "good", 0), "weak", 1000);
  state = heard(state, "poor", 2500);
  assert.equal(ann(tick(state, 1000 + worseAfter)), "poor");
});

test("a lost line is shown at once, and a line that is back after six seconds", () => {
  let state = heard(heard(noQuality, "good", 0), "lost", 1000);
  assert.equal(ann(state), "lost");
  state = heard(state, "good", 2000);
  assert.equal(ann(tick(state, 1999 + betterAfter)), "lost");
  assert.equal(ann(tick(state, 2000 + betterAfter)), "good");
});

test("who has left is forgotten, and nothing new is no change", () => {
  const state = reduceQuality(noQuality, { do: "heard", levels: { ann: "good", ben: "poor" }, me: "ann", at: 0 });
  assert.equal(tick(state, 50_000), state);
  assert.equal(reduceQuality(state, { do: "heard", levels: { ann: "good", ben: "poor" }, me: "ann", at: 9 }), state);
  assert.deepEqual(Object.keys(reduceQuality(state, { do: "heard", levels: { ann: "good" }, me: "ann", at: 10 }).marks), ["ann"]);
});

test("one's own connection becoming bad is told once a minute at most, and nobody else's is", () => {
  let state = heard(heard(noQuality, "good", 0), "lost", 1000);
  assert.equal(state.warnings, 1);
  state = tick(heard(state, "good", 2000), 9000);
  assert.equal(heard(state, "lost", 10_000).warnings, 1);
  assert.equal(heard(state, "lost", 61_000).warnings, 2);
  assert.equal(reduceQuality(noQuality, { do: "heard", levels: { ben: "lost" }, me: "ann", at: 0 }).warnings, 0);
});

test("who does not want to spare the device is asked for everything, at once", () => {
  const look = (state: QualityState, at: number) => reduceQuality(state, { do: "look", look: { at, cpu: true, blocked: 0, dropped: 0 } });
  let state = noQuality;
  for (let at = 0; at < 60_000; at += 2000) state = look(state, at);
  assert.equal(state.governor.step, 4);
  state = reduceQuality(state, { do: "spares", on: false });
  for (let at = 60_000; at < 120_000; at += 2000) state = look(state, at);
  assert.equal(state.governor.step, 0);
});

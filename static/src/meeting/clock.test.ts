import assert from "node:assert/strict";
import { test } from "node:test";
import * as clock from "./clock.ts";

const minutes = 60_000;

test("time left follows the server's clock, not this machine's", () => {
  const wrongByAnHour = 1_000_000_000;
  const c = clock.clockFrom({ endsAt: 5_000_000 + 40 * minutes, now: 5_000_000 }, wrongByAnHour);
  assert.equal(clock.timeLeft(c, wrongByAnHour), 40 * minutes);
  assert.equal(clock.timeLeft(c, wrongByAnHour + 10 * minutes), 30 * minutes);
  assert.equal(clock.timeLeft(c, wrongByAnHour + 99 * minutes), 0);
});

test("late messages do not move the clock, an earlier one mends it", () => {
  const c = clock.clockFrom({ endsAt: 100_000, now: 10_000 }, 10_500);
  const late = clock.heard(c, { endsAt: 100_000, now: 20_000 }, 29_000);
  assert.equal(late.offset, -500);
  assert.equal(clock.heard(late, { endsAt: 100_000, now: 30_000 }, 30_020).offset, -20);
});

test("a machine whose clock was set is followed", () => {
  const c = clock.clockFrom({ endsAt: 100_000, now: 10_000 }, 10_000);
  assert.equal(clock.heard(c, { endsAt: 100_000, now: 11_000 }, 3_611_000).offset, -3_600_000);
});

test("of an old message only the end counts", () => {
  const c = clock.clockFrom({ endsAt: 100_000, now: 10_000 }, 10_000);
  assert.deepEqual(clock.heard(c, { endsAt: 900_000, now: 10_000 }, null), { endsAt: 900_000, offset: 0 });
});

test("a meeting without an end has no time left to show", () => {
  const c = clock.clockFrom({ endsAt: 0, now: 5 }, 5);
  assert.equal(clock.timeLeft(c, 5), null);
  assert.equal(clock.urgency(null), "calm");
});

test("the chip is calm, then soon from five minutes, then last from one", () => {
  assert.equal(clock.urgency(5 * minutes + 1), "calm");
  assert.equal(clock.urgency(5 * minutes), "soon");
  assert.equal(clock.urgency(minutes + 1), "soon");
  assert.equal(clock.urgency(minutes), "last");
});

test("each warning falls due once, when its minute passes", () => {
  assert.equal(clock.warningDue(10 * minutes + 500, 10 * minutes - 500), 10);
  assert.equal(clock.warningDue(10 * minutes - 500, 10 * minutes - 1500), null);
  assert.equal(clock.warningDue(5 * minutes + 1, 5 * minutes), 5);
  assert.equal(clock.warningDue(minutes + 1, minutes - 900), 1);
});

test("after a sleep only the nearest warning is told; joining late tells none", () => {
  assert.equal(clock.warningDue(30 * minutes, 40_000), 1);
  assert.equal(clock.warningDue(null, 40_000), null);
});

test("a lift is told, the drift of a clock is not", () => {
  const at = (endsAt: number) => ({ endsAt, offset: 0 });
  assert.ok(clock.lifted(at(100_000), at(100_000 + 29 * 60 * minutes)));
  assert.ok(clock.lifted(at(100_000), at(0)));
  assert.ok(!clock.lifted(at(100_000), at(101_000)));
  assert.ok(!clock.lifted(at(0), at(500)));
});

test("0:00 is reached at the end and not before", () => {
  assert.equal(clock.minutesAndSeconds(1), "0:01");
  assert.equal(clock.minutesAndSeconds(0), "0:00");
  assert.equal(clock.minutesAndSeconds(12 * minutes + 41_000), "12:41");
  assert.equal(clock.minutesAndSeconds(59_400), "1:00");
});

test("the dial is a clock face, and a face of seconds in the last minute", () => {
  assert.equal(clock.dial(30 * minutes), 0.5);
  assert.equal(clock.dial(20 * 60 * minutes), 1);
  assert.equal(clock.dial(30_000), 0.5);
});

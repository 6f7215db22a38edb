import assert from "node:assert/strict";
import { test } from "node:test";
import { isWhole, type Step, stepOf, stepped, type View, whole } from "./range.ts";

const shown = (view: View): [number, number] => [view.first, view.last];
const after = (view: View, ...steps: Step[]): View => steps.reduce(stepped, view);

test("at first all days show, and the last one is pointed at", () => {
  assert.deepEqual(whole(90), { days: 90, first: 0, last: 89, at: 89 });
  assert.ok(isWhole(whole(90)) && isWhole(whole(1)));
});

test("a drag shows the days whose bars it touched, whichever way it went", () => {
  assert.deepEqual(shown(after(whole(90), { kind: "drag", from: 9.6, to: 20.4 })), [10, 20]);
  assert.deepEqual(shown(after(whole(90), { kind: "drag", from: 20.4, to: 9.6 })), [10, 20]);
  assert.deepEqual(shown(after(whole(90), { kind: "drag", from: -50, to: 500 })), [0, 89]);
});

test("no drag shows fewer than three days, or days that there are not", () => {
  assert.deepEqual(shown(after(whole(90), { kind: "drag", from: 40, to: 40 })), [39, 41]);
  assert.deepEqual(shown(after(whole(90), { kind: "drag", from: 0, to: 0 })), [0, 2]);
  assert.deepEqual(shown(after(whole(90), { kind: "drag", from: 89, to: 89.4 })), [87, 89]);
  assert.deepEqual(shown(after(whole(2), { kind: "drag", from: 0, to: 0 })), [0, 1]);
});

test("a drag in what is shown stays within it", () => {
  const near = after(whole(90), { kind: "drag", from: 10, to: 30 });
  assert.deepEqual(shown(stepped(near, { kind: "drag", from: 5, to: 20 })), [10, 20]);
});

test("who is pointed at stays in sight", () => {
  const near = after(whole(90), { kind: "drag", from: 10, to: 20 });
  assert.equal(near.at, 20);
  assert.deepEqual(after(near, { kind: "right" }), { days: 90, first: 11, last: 21, at: 21 });
  assert.deepEqual(after(near, { kind: "start" }), { days: 90, first: 0, last: 10, at: 0 });
  assert.deepEqual(after(near, { kind: "end" }, { kind: "right" }), { days: 90, first: 79, last: 89, at: 89 });
});

test("closer halves, wider doubles, around the day that is pointed at", () => {
  const at = after(whole(90), { kind: "point", at: 44.7 });
  const near = stepped(at, { kind: "closer" });
  assert.equal(near.last - near.first + 1, 45);
  assert.ok(near.first <= 45 && near.last >= 45);
  assert.ok(isWhole(stepped(near, { kind: "wider" })));
  const nearest = Array.from({ length: 20 }).reduce<View>((view) => stepped(view, { kind: "closer" }), at);
  assert.equal(nearest.last - nearest.first + 1, 3);
});

test("all shows all again", () => {
  assert.ok(isWhole(after(whole(90), { kind: "drag", from: 10, to: 20 }, { kind: "all" })));
});

test("every step from anywhere leaves a view that can be drawn", () => {
  const keys = ["ArrowLeft", "ArrowRight", "Home", "End", "+", "-", "Escape"];
  for (const days of [1, 2, 3, 15, 92]) {
    let view = whole(days);
    for (let i = 0; i < 500; i++) {
      const step = i % 8 === 7 ? ({ kind: "drag", from: (i * 37) % days, to: (i * 53) % days } as const) : stepOf(keys[(i * i + days) % keys.length] ?? "");
      assert.ok(step);
      view = stepped(view, step);
      assert.ok(view.first >= 0 && view.last < days && view.first <= view.at && view.at <= view.last, JSON.stringify({ step, view }));
    }
  }
  assert.equal(stepOf("Tab"), null);
});

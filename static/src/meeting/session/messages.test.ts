import assert from "node:assert/strict";
import { test } from "node:test";
import { endingFrom, limitsFrom } from "./messages.ts";

test("the room's metadata and a clock packet give limits", () => {
  const metadata = '{"endsAt":2000,"now":1000,"participants":100,"plan":"Free"}';
  assert.deepEqual(limitsFrom(metadata), { endsAt: 2000, now: 1000, participants: 100, plan: "Free" });
  assert.deepEqual(limitsFrom('{"left":60,"endsAt":2000,"now":1940}'), { endsAt: 2000, now: 1940 });
});

test("anything else is ignored", () => {
  for (const text of ["", "null", "5", "[]", "{", '{"endsAt":"soon","now":1}', '{"endsAt":1}']) {
    assert.equal(limitsFrom(text), null, text);
    assert.equal(endingFrom(text), null, text);
  }
});

test("the last packet says why the meeting ends", () => {
  assert.equal(endingFrom('{"reason":"limit"}'), "limit");
  assert.equal(endingFrom('{"reason":"host"}'), "host");
  assert.equal(endingFrom('{"reason":"boredom"}'), null);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../state.ts";
import { isCovered } from "./cover.ts";

const state = initialState({ endsAt: 0, offset: 0 }, "Free", 100);

test("what lies under a sheet cannot be reached, beside a panel it can", () => {
  assert.equal(isCovered({ ...state, peopleOpen: true }, true), true);
  assert.equal(isCovered({ ...state, peopleOpen: true }, false), false);
  assert.equal(isCovered(state, true), false);
});

test("a tab that is not in the meeting any more has nothing to reach, however wide it is", () => {
  for (const narrow of [true, false]) assert.equal(isCovered({ ...state, connection: "elsewhere" }, narrow), true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { shareFaultOf } from "./share.ts";

const thrown = (name: string, message = "") => shareFaultOf({ name, message });

test("closing the picker is no fault", () => {
  assert.equal(thrown("NotAllowedError", "Permission denied by user"), "cancelled");
  assert.equal(thrown("NotAllowedError"), "cancelled");
  assert.equal(thrown("AbortError"), "cancelled");
});

test("a system that keeps the browser out is told apart, and so is what cannot be captured", () => {
  assert.equal(thrown("NotAllowedError", "Permission denied by system"), "system");
  assert.equal(thrown("NotReadableError"), "failed");
  assert.equal(shareFaultOf(undefined), "failed");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { composing } from "./composing.ts";

test("the Enter that ends a composition is not the one that sends, in Safari either", () => {
  assert.equal(composing({ isComposing: false, keyCode: 13 }), false);
  assert.equal(composing({ isComposing: true, keyCode: 13 }), true);
  assert.equal(composing({ isComposing: false, keyCode: 229 }), true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { begunAt, ownFits } from "./named.ts";

test("a name begins with a colon after a blank, and has two letters", () => {
  assert.deepEqual(begunAt("Well done :par", 14), { from: 10, name: "par" });
  assert.deepEqual(begunAt(":Smi", 4), { from: 0, name: "smi" });
  assert.deepEqual(begunAt("(:+1", 4), { from: 1, name: "+1" });
  assert.deepEqual(begunAt("a\n:herz and more", 7), { from: 2, name: "herz" }, "what stands behind the caret does not count");
  for (const text of ["at 10:30", "https://example.org", "a:bc", ":s", ":)", "::par", ":par ", ":par:", ""]) assert.equal(begunAt(text, text.length), null, text);
});

test("the organization's own come in the order in which they fit", () => {
  assert.deepEqual(ownFits([":office-party:", ":party-lamp:", ":tea:"], "part"), [":party-lamp:", ":office-party:"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Drafts, draftFor, drafted, spent } from "./drafts.ts";

test("a text that was for one person never stands before everybody, nor before another", () => {
  const drafts = drafted({}, "ann", "psst");
  assert.deepEqual(["ann", "", "bob", "constructor"].map((to) => draftFor(drafts, to)), ["psst", "", "", ""]);
});

test("who writes first may choose afterwards, and change their mind", () => {
  let drafts: Drafts = drafted({}, "", "are you coming");
  for (const to of ["ann", "bob", ""]) assert.equal(draftFor(drafts, to), "are you coming", "passing by with the keys moves nothing");
  drafts = drafted(drafts, "bob", "are you coming?");
  assert.deepEqual(["bob", "", "ann"].map((to) => draftFor(drafts, to)), ["are you coming?", "", ""], "it is for Bob now");
});

test("each has a text of their own, and what is sent is gone", () => {
  let drafts = drafted(drafted({}, "ann", "to Ann"), "", "to all");
  assert.deepEqual(["ann", "", "bob"].map((to) => draftFor(drafts, to)), ["to Ann", "to all", "to all"]);
  drafts = spent(drafts, "ann");
  assert.deepEqual(drafts, { "": "to all" });
  assert.deepEqual(spent(drafts, "bob"), {}, "it went to Bob alone, and is not for all any more");
  assert.deepEqual(drafted({ "": "to all", ann: "to Ann" }, "ann", ""), { "": "to all" });
});

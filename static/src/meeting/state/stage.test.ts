import assert from "node:assert/strict";
import { test } from "node:test";
import { type Share, chosenFrom, initialStage, largeTile, reduceStage, shareTile, usual } from "./stage.ts";

const share = (identity: string): Share => ({ identity, name: identity, picture: null, sound: false });
const sharing = (...who: string[]) => reduceStage(initialStage, { do: "shares", shares: who.map(share) });

test("screens keep the order in which they came, whatever order they are told in", () => {
  const one = sharing("bo");
  const two = reduceStage(one, { do: "shares", shares: [share("al"), share("bo")] });
  assert.deepEqual(two.shares.map((s) => s.identity), ["bo", "al"]);
  assert.equal(reduceStage(two, { do: "shares", shares: [share("al"), share("bo")] }), two, "nothing new is no change");
});

test("the screen that came last is large, until somebody pins another tile", () => {
  const stage = sharing("bo", "al");
  assert.equal(largeTile(stage, ["al", "bo"], ""), shareTile("al"));
  const pinned = reduceStage(stage, { do: "pin", tile: shareTile("bo") });
  assert.equal(largeTile(pinned, ["al", "bo"], ""), shareTile("bo"));
  const person = reduceStage(pinned, { do: "pin", tile: "bo" });
  assert.equal(largeTile(person, ["al", "bo"], ""), "bo");
});

test("the host's spotlight comes before a screen, one's own pin before both", () => {
  const stage = sharing("bo");
  assert.equal(largeTile(stage, ["al", "bo"], "al"), "al");
  assert.equal(largeTile({ ...stage, pin: "bo" }, ["al", "bo"], "al"), "bo");
  assert.equal(largeTile(stage, ["al", "bo"], "me"), shareTile("bo"), "nobody is large to themselves");
});

test("who is not there is not large", () => {
  assert.equal(largeTile({ ...initialStage, pin: "gone" }, ["al"], "gone too"), "");
});

test("a pin is taken off by pinning again, and goes with the screen it was on", () => {
  const pinned = reduceStage(sharing("bo"), { do: "pin", tile: shareTile("bo") });
  assert.equal(reduceStage(pinned, { do: "pin", tile: shareTile("bo") }).pin, "");
  assert.equal(reduceStage(pinned, { do: "shares", shares: [] }).pin, "");
  const person = reduceStage(sharing("bo"), { do: "pin", tile: "bo" });
  assert.equal(reduceStage(person, { do: "shares", shares: [] }).pin, "bo");
});

test("an act that changes nothing gives the same stage", () => {
  assert.equal(reduceStage(initialStage, { do: "choose", change: { layout: "grid" } }), initialStage);
  assert.equal(reduceStage(initialStage, { do: "voice", voice: "" }), initialStage);
});

test("what was kept is taken as far as it makes sense", () => {
  assert.deepEqual(chosenFrom(null), usual);
  assert.deepEqual(chosenFrom({ layout: "pyramid", hideSelf: "yes", hint: 4 }), usual);
  const kept = { layout: "sidebar", hideSelf: true, mirror: false, hint: "motion", keys: false };
  assert.deepEqual(chosenFrom({ ...kept, more: 1 }), kept);
});

test("a screen that fills the window goes with the full screen, and with its sharer", () => {
  const alone = reduceStage(reduceStage(sharing("bo"), { do: "full", on: true }), { do: "alone", tile: shareTile("bo") });
  assert.equal(alone.alone, shareTile("bo"));
  assert.deepEqual([reduceStage(alone, { do: "full", on: false }).alone, reduceStage(alone, { do: "full", on: false }).full], ["", false]);
  assert.equal(reduceStage(alone, { do: "shares", shares: [share("al")] }).alone, "");
  assert.equal(reduceStage(alone, { do: "shares", shares: [share("al"), share("bo")] }).alone, shareTile("bo"));
});

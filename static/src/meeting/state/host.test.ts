import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hosting, hostingFrom, initialHost, leads, placesOf, rankOf, reduceHost, roleOf } from "./host.ts";

const said: Hosting = {
  rev: 4,
  host: "ann",
  cohosts: ["bo", "cy"],
  leaders: ["cy"],
  hands: [{ id: "gil", at: 10 }, { id: "hal", at: 20 }],
  next: "cy",
  spotlight: "gil",
  locked: true,
  may: { share: false, chat: true, unmute: true, rename: true },
};

test("what is older than what is known changes nothing", () => {
  const now = reduceHost(initialHost, { do: "said", hosting: said });
  assert.equal(now.host, "ann");
  assert.equal(reduceHost(now, { do: "said", hosting: { ...said, rev: 3, host: "bo" } }), now);
  assert.equal(reduceHost(now, { do: "said", hosting: { ...said, rev: 5, host: "bo" } }).host, "bo");
});

test("a question stays until it is answered, whatever else is said", () => {
  const asked = reduceHost(initialHost, { do: "asked", by: "Ann" });
  assert.equal(reduceHost(asked, { do: "said", hosting: said }).asked, "Ann");
  assert.equal(reduceHost(asked, { do: "asked", by: "Ann" }), asked);
  assert.equal(reduceHost(asked, { do: "asked", by: "" }).asked, "");
});

test("one hosts, others lead beside them", () => {
  assert.equal(roleOf(said, "ann"), "host");
  assert.equal(roleOf(said, "bo"), "cohost");
  assert.equal(leads(said, "gil"), false);
  assert.deepEqual(["ann", "cy", "bo", "gil"].map((who) => rankOf(said, who)), [2, 2, 1, 0]);
  assert.equal(leads({ ...said, host: "" }, ""), false);
});

test("hands count among those who are here", () => {
  assert.deepEqual([...placesOf(said, new Set(["ann", "gil", "hal"]))], [["gil", 1], ["hal", 2]]);
  assert.deepEqual([...placesOf(said, new Set(["hal"]))], [["hal", 1]]);
});

test("only what the server says is read", () => {
  assert.deepEqual(hostingFrom(JSON.parse(JSON.stringify(said))), said);
  assert.equal(hostingFrom({ rev: 7 }), 7);
  for (const wrong of [null, 3, "x", {}, { ...said, hands: "all" }, { ...said, host: 1 }, { ...said, may: null }]) {
    assert.equal(hostingFrom(wrong), null);
  }
  assert.deepEqual((hostingFrom({ ...said, hands: [1, { id: "gil" }, said.hands[0]] }) as Hosting).hands, [said.hands[0]]);
});

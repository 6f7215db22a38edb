import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatKeys } from "./chat.ts";
import { makeKey } from "./seal.ts";

const about = { from: "ann", to: "", id: "message-1" };

test("who has the meeting's key opens what another sealed, and nobody else", async () => {
  const key = makeKey();
  const [ann, ben, eve] = [new ChatKeys(), new ChatKeys(), new ChatKeys()];
  ann.use(key, 1, true);
  ben.use(key, 1, true);
  eve.use(makeKey(), 1, true);
  const box = await ann.seal("Grüße 🌻", about);
  assert.match(box, /^1\.1\.[A-Za-z0-9_-]+$/);
  assert.ok(!box.includes("Gr"));
  await ben.seal("", about); // its key is there
  await eve.seal("", about);
  assert.equal(await ben.open(box, about), "Grüße 🌻");
  assert.equal(await eve.open(box, about), null);
  assert.notEqual(await ann.seal("Grüße 🌻", about), box, "the same text twice is not the same box");
});

test("a box that is shown as another's, as for others, or changed, does not open", async () => {
  const keys = new ChatKeys();
  keys.use(makeKey(), 7, true);
  const box = await keys.seal("yes", about);
  for (const other of [{ ...about, from: "ben" }, { ...about, to: "ben" }, { ...about, id: "message-2" }]) {
    assert.equal(await keys.open(box, other), null);
  }
  const at = box.length - 5;
  const changed = box.slice(0, at) + (box[at] === "A" ? "B" : "A") + box.slice(at + 1);
  for (const wrong of [changed, box.replace("1.7.", "1.8."), box.replace("1.7.", "2.7."), "", "1.7.", "yes", "1.7.$$$$"]) {
    assert.equal(await keys.open(wrong, about), null, wrong);
  }
});

test("what was written under an earlier key stays readable, also when two people made one of the same number", async () => {
  const [first, second] = [makeKey(), makeKey()];
  const [ann, ben] = [new ChatKeys(), new ChatKeys()];
  ann.use(first, 1, true);
  const early = await ann.seal("early", about);
  ben.use(second, 1, true);
  const other = await ben.seal("other", about);
  ann.use(second, 1, true);
  ann.use(second, 2, true);
  const late = await ann.seal("late", about);
  assert.ok(late.startsWith("1.2."));
  assert.deepEqual([await ann.open(early, about), await ann.open(other, about), await ann.open(late, about)], ["early", "other", "late"]);
});

test("what is written before there is a key waits for it, and a new key is told", async () => {
  const keys = new ChatKeys();
  let told = 0;
  keys.onKey = () => told++;
  const box = keys.seal("soon", about);
  keys.use(makeKey(), 3, false);
  assert.equal(await keys.open(await box, about), "soon");
  assert.equal(told, 1);
});

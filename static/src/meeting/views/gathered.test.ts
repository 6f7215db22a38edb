import assert from "node:assert/strict";
import { test } from "node:test";
import { Gathered } from "./gathered.ts";

function began() {
  const said: string[] = [];
  let due = (): void => assert.fail("nothing is to come");
  let timers = 0;
  const later = (_ms: number, then: () => void) => {
    timers++;
    due = then;
  };
  const gathered = new Gathered((text) => said.push(text), (n) => `${n} reactions`, later);
  return { gathered, said, due: () => due(), timers: () => timers };
}

test("what comes alone is said at once, and a flood is said as a number", () => {
  const { gathered, said, due } = began();
  gathered.add("Ann sent: Heart");
  assert.deepEqual(said, ["Ann sent: Heart"]);
  for (let i = 0; i < 40; i++) gathered.add(`Ben sent: Star ${i}`);
  assert.equal(said.length, 1);
  due();
  assert.deepEqual(said, ["Ann sent: Heart", "40 reactions"]);
  gathered.add("Cleo sent: Heart"); // what was just said is heard out
  assert.equal(said.length, 2);
  due();
  assert.deepEqual(said.slice(2), ["Cleo sent: Heart"]);
});

test("a few keep their names, and after some rest the next one is said at once", () => {
  const { gathered, said, due, timers } = began();
  for (const text of ["one", "two", "three"]) gathered.add(text);
  due();
  assert.deepEqual(said, ["one", "two", "three"]);
  due();
  const before = timers();
  gathered.add("four");
  assert.deepEqual([said.at(-1), timers()], ["four", before + 1]);
});

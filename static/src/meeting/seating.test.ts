import assert from "node:assert/strict";
import { test } from "node:test";
import { type Room, type Seating, noSeating, paged, seat } from "./seating.ts";

const names = (n: number) => Array.from({ length: n }, (_, i) => `p${i}`);
const room = (n: number, now: number, ...speaking: string[]): Room => ({
  others: names(n),
  speaking: new Set(speaking),
  pageSize: 5,
  featured: false,
  now,
});

test("people sit in join order and oneself closes the first page", () => {
  const seating = seat(noSeating, room(6, 0));
  assert.deepEqual(paged(seating.others, "me", 5), [["p0", "p1", "p2", "p3", "me"], ["p4", "p5"]]);
});

test("alone, there is one page with oneself", () => {
  assert.deepEqual(paged(seat(noSeating, room(0, 0)).others, "me", 1), [["me"]]);
});

test("who leaves frees the seat, who comes sits last", () => {
  const before = seat(noSeating, room(3, 0));
  const after = seat(before, { ...room(0, 1), others: ["p0", "p2", "late"] });
  assert.deepEqual(after.others, ["p0", "p2", "late"]);
});

test("speech on the first page moves nobody", () => {
  let seating = seat(noSeating, room(4, 0));
  for (let now = 0; now < 20_000; now += 500) seating = seat(seating, room(4, now, "p3"));
  assert.deepEqual(seating.others, names(4));
});

test("a speaker on the second page takes the place of the longest silent", () => {
  let seating = seat(noSeating, room(6, 0));
  for (const [i, id] of ["p0", "p1", "p3"].entries()) seating = seat(seating, room(6, 1000 + i, id));
  seating = seat(seating, room(6, 10_000, "p5"));
  assert.deepEqual(seating.others, ["p0", "p1", "p5", "p3", "p4", "p2"]);
});

test("people change places at most every four seconds", () => {
  let seating: Seating = seat(noSeating, room(6, 0));
  seating = seat(seating, room(6, 10_000, "p4"));
  seating = seat(seating, room(6, 10_500));
  const soon = seat(seating, room(6, 12_000, "p5"));
  assert.deepEqual(soon.others, seating.others);
  assert.notDeepEqual(seat(soon, room(6, 14_100, "p5")).others, seating.others);
});

test("on a phone the large tile goes to whoever spoke for 1.2 s", () => {
  const on = (now: number, ...who: string[]): Room => ({ ...room(4, now, ...who), featured: true });
  let seating = seat(noSeating, on(10_000));
  seating = seat(seating, on(10_100, "p2"));
  assert.deepEqual(seat(seating, on(10_900, "p2")).others, names(4));
  assert.deepEqual(seat(seating, on(11_400, "p2")).others, ["p2", "p1", "p0", "p3"]);
});

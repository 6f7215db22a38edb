import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asked, look, nothingAsked, tooMany } from "./asked.ts";

/** Turns to a page as the session does it: asks for what is shown, and lets go of what is too much. */
function turn(before: Asked, received: Set<string>, shown: readonly string[], room: number): { asked: string[]; left: readonly string[]; now: Asked } {
  const asked = shown.filter((id) => !received.has(id));
  for (const id of asked) received.add(id);
  const now = look(before, shown, received);
  const left = tooMany(now, room);
  for (const id of left) received.delete(id);
  return { asked, left, now };
}

const page = (n: number, size = 3): string[] => Array.from({ length: size }, (_, i) => `${n}${"abcdefgh"[i]}`);

test("what is on the page is asked for, and nothing else", () => {
  const received = new Set<string>();
  assert.deepEqual(turn(nothingAsked, received, page(1), 3).asked, page(1));
  assert.deepEqual([...received], page(1));
});

test("there and back between two pages asks for nothing again", () => {
  const received = new Set(page(1)); // given by the node
  let now = look(nothingAsked, page(1), received);
  let asked = 0;
  for (let i = 0; i < 10; i++) {
    const turned = turn(now, received, page(i % 2 === 0 ? 2 : 1), 3);
    assert.deepEqual(turned.left, []);
    [now, asked] = [turned.now, asked + turned.asked.length];
  }
  assert.equal(asked, 3, "the other page, once");
});

test("however many pages are turned, a page and a page's worth are received", () => {
  const received = new Set<string>();
  let now = nothingAsked;
  for (let n = 1; n <= 30; n++) {
    now = turn(now, received, page(n), 3).now;
    assert.ok(received.size <= 6, `${received.size} after ${n} pages`);
    for (const id of page(n)) assert.ok(received.has(id));
  }
  assert.deepEqual([...received].sort(), [...page(29), ...page(30)].sort(), "the page before is kept");
});

test("the longest unseen goes first, and before that what was never seen", () => {
  const received = new Set(["never", ...page(1), ...page(2)]);
  let now = look(nothingAsked, page(1), new Set(["never", ...page(1)]));
  now = look(now, page(2), received);
  assert.deepEqual(now.spare, ["never", ...page(1)]);
  now = look(now, [...page(2), "1b"], received);
  now = look(now, page(2), received);
  assert.deepEqual(now.spare, ["never", "1a", "1c", "1b"]);
  assert.deepEqual(tooMany(now, 2), ["never", "1a"]);
  assert.deepEqual(tooMany(now, 9), []);
});

test("who has left is not counted", () => {
  const all = new Set([...page(1), ...page(2)]);
  const now = look(look(nothingAsked, page(1), all), page(2), all);
  assert.deepEqual(look(now, ["2a"], new Set(["2a", "1b"])).spare, ["1b"]);
});

test("a page that shows nothing keeps what was there, for when it shows it again", () => {
  const received = new Set(page(1));
  const now = look(look(nothingAsked, page(1), received), [], received);
  assert.deepEqual(now, { shown: [], spare: page(1) });
  assert.deepEqual(tooMany(now, 3), []);
});

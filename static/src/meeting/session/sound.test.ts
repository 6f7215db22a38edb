import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Room } from "livekit-client";
import { Sound } from "./sound.ts";

const nothing = () => undefined;
Object.assign(globalThis, { document: { createElement: () => ({ setAttribute: nothing, append: nothing, replaceChildren: nothing }), addEventListener: nothing } });

/** A room as LiveKit's: it says nothing of how it begins. */
function room(canPlaybackAudio: boolean, startAudio = async () => undefined as void): Room {
  const one = { canPlaybackAudio, startAudio, on: () => one };
  return one as unknown as Room;
}

const told: boolean[] = [];
const sound = new Sound(nothing);
after(() => sound.close());

test("a room that takes the place of one with held back sound has none to tap for", () => {
  sound.follow(room(false), (blocked) => told.push(blocked));
  sound.follow(room(true), (blocked) => told.push(blocked));
  assert.deepEqual(told.splice(0), [true, false]);
});

test("a tap says how it is afterwards, also when nothing changed", async () => {
  sound.follow(room(true), (blocked) => told.push(blocked));
  await sound.unblock();
  assert.deepEqual(told.splice(0), [false, false]);
  sound.follow(room(false, () => Promise.reject(new Error("not allowed"))), (blocked) => told.push(blocked));
  await sound.unblock();
  assert.deepEqual(told.splice(0), [true, true]);
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { speakerAmong } from "./fields.ts";
import { playTone } from "./tone.ts";

test("a speaker that is gone is not played through, and is again when it is back", () => {
  const [room, desk] = [{ id: "room", label: "Room speaker" }, { id: "desk", label: "Desk speaker" }];
  assert.equal(speakerAmong([room, desk], "desk"), "desk");
  assert.equal(speakerAmong([room], "desk"), "");
  assert.equal(speakerAmong([], "desk"), "desk", "nobody knows yet");
  assert.equal(speakerAmong([{ id: "", label: "" }], "desk"), "desk", "nor without the names");
});

/** A browser without the speaker that is asked for; one that plays nothing at all when `mute`. */
function browser(t: TestContext, mute: boolean) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const at = { played: 0, closed: 0 };
  const node = { connect: () => node, frequency: {}, gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }, start() {}, stop() {} };
  class Context {
    currentTime = 0;
    createMediaStreamDestination = () => ({ stream: {} });
    createOscillator = () => node;
    createGain = () => node;
    close = async () => void at.closed++;
  }
  class Player {
    setSinkId = () => Promise.reject(new Error("no such device"));
    play = async () => {
      if (mute) throw new Error("not allowed");
      at.played++;
    };
    pause() {}
  }
  Object.assign(globalThis, { AudioContext: Context, Audio: Player });
  return at;
}

test("a test of a speaker that is gone is heard from the usual one", async (t) => {
  const at = browser(t, false);
  const done = playTone("desk");
  for (let i = 0; i < 10; i++) await Promise.resolve();
  t.mock.timers.tick(900);
  await done;
  assert.deepEqual(at, { played: 1, closed: 1 });
});

test("a test that fails leaves nothing open", async (t) => {
  const at = browser(t, true);
  await assert.rejects(playTone("desk"));
  assert.deepEqual(at, { played: 0, closed: 1 });
});

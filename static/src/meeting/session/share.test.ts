import assert from "node:assert/strict";
import { test } from "node:test";
import { ScreenShare, shareFaultOf } from "./share.ts";

const thrown = (name: string, message = "") => shareFaultOf({ name, message });

test("closing the picker is no fault", () => {
  assert.equal(thrown("NotAllowedError", "Permission denied by user"), "cancelled");
  assert.equal(thrown("NotAllowedError"), "cancelled");
  assert.equal(thrown("AbortError"), "cancelled");
});

test("a system that keeps the browser out is told apart, and so is what cannot be captured", () => {
  assert.equal(thrown("NotAllowedError", "Permission denied by system"), "system");
  assert.equal(thrown("NotReadableError"), "failed");
  assert.equal(shareFaultOf(undefined), "failed");
});

/** What a browser's picker gives, with as much of it as that browser knows. */
function browser(settings: object, supported: object, audio: boolean): void {
  const track = () => ({ getSettings: () => settings, addEventListener: () => undefined, stop: () => undefined });
  const stream = { getVideoTracks: () => [track()], getAudioTracks: () => (audio ? [track()] : []) };
  const mediaDevices = { getDisplayMedia: async () => stream, getSupportedConstraints: () => supported };
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });
}

test("nothing is claimed of what a browser does not tell, and it is known which share no sound", async () => {
  browser({ displaySurface: "window" }, { suppressLocalAudioPlayback: true }, true); // Chromium
  const one = new ScreenShare("text");
  assert.equal(await one.start(), null);
  const { surface, sound, sounds } = one.own;
  assert.deepEqual({ surface, sound, sounds }, { surface: "window", sound: true, sounds: true });

  browser({ frameRate: 30, height: 682, width: 1366 }, { width: true, height: true }, false); // Firefox
  const other = new ScreenShare("text");
  assert.equal(await other.start(), null);
  assert.deepEqual([other.own.surface, other.own.sound, other.own.sounds], ["unknown", false, false]);
});

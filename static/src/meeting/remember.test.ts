import assert from "node:assert/strict";
import { test } from "node:test";
import { recallOn, remember, rememberOn } from "./remember.ts";

function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as Storage;
}

test("the meeting in a new tab begins as one went in last, and a reload as this tab was", () => {
  Object.assign(globalThis, { localStorage: storage(), sessionStorage: storage() });
  assert.deepEqual(recallOn(), { microphone: true, camera: true });
  remember({ on: { microphone: false, camera: false } });
  assert.deepEqual(recallOn(), { microphone: false, camera: false });
  rememberOn({ microphone: true, camera: false });
  assert.deepEqual(recallOn(), { microphone: true, camera: false });
  Object.assign(globalThis, { sessionStorage: storage() }); // another tab
  assert.deepEqual(recallOn(), { microphone: false, camera: false });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { keepPage } from "./drops.ts";

function dropped(target: EventTarget, kind: string, types: string[]) {
  const dataTransfer = { types, dropEffect: "copy" };
  const event = Object.assign(new Event(kind, { cancelable: true }), { dataTransfer });
  target.dispatchEvent(event);
  return { kept: event.defaultPrevented, effect: dataTransfer.dropEffect };
}

test("a dropped file does not take the meeting's place, and a dropped text goes where it may", () => {
  const page = new EventTarget();
  const leaving = new AbortController();
  keepPage(page, leaving.signal);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    assert.deepEqual(dropped(page, kind, ["Files"]), { kept: true, effect: "none" });
    assert.deepEqual(dropped(page, kind, ["text/plain"]), { kept: false, effect: "copy" });
  }
  leaving.abort();
  assert.equal(dropped(page, "drop", ["Files"]).kept, false);
});

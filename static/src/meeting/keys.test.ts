import assert from "node:assert/strict";
import { test } from "node:test";
import { type Where, meaningOf } from "./keys.ts";

const press = (key: string, where: Where = "page", change: Partial<Parameters<typeof meaningOf>[0]> = {}) =>
  meaningOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...change }, where);

test("nothing acts while somebody writes, or moves in a menu", () => {
  for (const key of [" ", "m", "?", "PageDown"]) {
    assert.equal(press(key, "typing"), null, key);
    assert.equal(press(key, "menu"), null, key);
  }
});

test("nothing acts in a tab that is not in the meeting any more", () => {
  for (const key of [" ", "m", "v", "s", "h", "?", "PageDown"]) assert.equal(press(key, "away"), null, key);
});

test("the space bar is to be heard by, but on a button that keys led to it presses the button", () => {
  assert.deepEqual(press(" "), { do: "push" });
  assert.equal(press(" ", "button"), null);
});

test("letters press the bar's buttons, in either case, once for each press", () => {
  assert.deepEqual(press("m"), { do: "press", key: "M" });
  assert.deepEqual(press("M", "button"), { do: "press", key: "M" });
  assert.equal(press("m", "page", { repeat: true }), null);
});

test("the browser's own keys stay the browser's", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"] as const) assert.equal(press("r", "page", { [held]: true }), null);
  assert.equal(press("Escape"), null);
  assert.equal(press("é"), null);
});

test("in a panel whole pages are scrolled, and every other key acts as before", () => {
  const pressed = (key: string, aside: boolean) => meaningOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false }, "page", aside);
  assert.deepEqual([pressed("PageUp", false), pressed("PageDown", false)], [{ do: "back" }, { do: "on" }]);
  assert.deepEqual([pressed("PageUp", true), pressed("PageDown", true)], [null, null]);
  assert.deepEqual([pressed("m", true), pressed(" ", true)], [{ do: "press", key: "M" }, { do: "push" }]);
});

test("N shows how the connection is, unless one types", () => {
  const n = { key: "n", ctrlKey: false, metaKey: false, altKey: false, repeat: false };
  assert.deepEqual(meaningOf(n, "page"), { do: "connection" });
  assert.equal(meaningOf(n, "typing"), null);
});

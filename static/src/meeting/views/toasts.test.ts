import assert from "node:assert/strict";
import { test } from "node:test";
import { standsFor } from "./toasts.ts";

test("what is wrong stands as long as it takes to read and to act on, and news goes soon", () => {
  const advice = "Your browser is blocking the camera. Allow it in the address bar: press the sign to the left of the address, then Camera, then Allow. Then press Start video.";
  assert.equal(standsFor({ text: advice, tone: "plain" }), 5000);
  assert.ok(standsFor({ text: advice, tone: "danger" }) > 15_000);
  assert.ok(standsFor({ text: "No", tone: "danger" }) >= 10_000);
  assert.ok(standsFor({ text: advice.repeat(20), tone: "danger" }) <= 60_000);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { facesFrom } from "./faces.ts";

test("only pictures of our own origin are shown", () => {
  const own = `/picture/0190b7a4-0000-7000-8000-000000000000/${"a1".repeat(32)}.jpg`;
  assert.deepEqual(facesFrom({ ann: own, eve: "https://evil.example/x.jpg", sam: "javascript:alert(1)", tom: 7, kim: "//evil.example/picture/1/2.jpg" }), { ann: own });
  assert.deepEqual(facesFrom(null), {});
  assert.deepEqual(facesFrom("no"), {});
});

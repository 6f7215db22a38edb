import assert from "node:assert/strict";
import { test } from "node:test";
import { request } from "./request.ts";

/** A path that swallows everything: there is never an answer. */
function swallow(): void {
  globalThis.fetch = (_url, how) =>
    new Promise((_, fail) => {
      const { signal } = how as { signal: AbortSignal };
      if (signal.aborted) fail(signal.reason as Error);
      signal.addEventListener("abort", () => fail(signal.reason as Error));
    });
}

test("a request without an answer fails in time", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  swallow();
  const asked = request("/m/x/token", { method: "POST" });
  let failed = false;
  void asked.catch(() => (failed = true));
  t.mock.timers.tick(9_999);
  await Promise.resolve();
  assert.equal(failed, false);
  t.mock.timers.tick(1);
  await assert.rejects(asked, { name: "TimeoutError" });
});

test("who asked can stop it before", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  swallow();
  const stop = new AbortController();
  const asked = request("/m/x/token", { signal: stop.signal });
  stop.abort();
  await assert.rejects(asked, { name: "AbortError" });
  await assert.rejects(request("/m/x/token", { signal: stop.signal }), { name: "AbortError" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserOf, faultOf } from "./faults.ts";

const error = (name: string, message = "") => Object.assign(new Error(message), { name });

test("each browser error becomes the fault it means", () => {
  const cases: [Error, string][] = [
    [error("NotAllowedError", "Permission denied"), "denied"],
    [error("NotAllowedError", "Permission dismissed"), "dismissed"],
    [error("NotAllowedError", "Permission denied by system"), "system"],
    [error("NotFoundError", "Requested device not found"), "missing"],
    [error("OverconstrainedError"), "missing"],
    [error("NotReadableError", "Could not start video source"), "busy"],
    [error("AbortError", "Starting videoinput failed"), "busy"],
    [error("SecurityError"), "insecure"],
    [error("TypeError"), "unknown"],
  ];
  for (const [err, fault] of cases) assert.equal(faultOf(err), fault, err.name);
  assert.equal(faultOf("text"), "unknown");
  assert.equal(faultOf(null), "unknown");
});

test("the way to allow a device is told in the browser's own words", () => {
  const cases: [string, number, string][] = [
    ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", 0, "chrome"],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", 0, "edge"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", 0, "firefox"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605.1.15", 0, "safari"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605.1.15", 5, "ios"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Mobile Safari/604.1", 5, "ios"],
    ["Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", 5, "android"],
    ["curl/8", 0, "any"],
  ];
  for (const [agent, touch, browser] of cases) assert.equal(browserOf(agent, touch), browser, agent);
});

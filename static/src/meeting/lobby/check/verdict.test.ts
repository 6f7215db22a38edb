import assert from "node:assert/strict";
import { test } from "node:test";
import { textsFrom } from "../../texts.ts";
import { bestOf, figuresOf, median, nothingTried, rateOf, rateText, reportOf, resultFrom, settled, verdictOf, type Outcome, type Result, type Way } from "./verdict.ts";

const found = (outcomes: Partial<Record<Way, Outcome>>, more: Partial<Result> = {}): Result => ({
  at: 0,
  socket: true,
  up: 5e6,
  down: 8e6,
  ways: Object.entries(outcomes).map(([way, outcome]) => ({ way: way as Way, outcome, rtt: 20, loss: 0, to: ["203.0.113.7:7882"] })),
  ...more,
});

const all: Record<Way, Outcome> = { udp: "works", tcp: "works", relay_udp: "works", relay_tcp: "works", relay_tls: "works" };

test("every network is told what Parley makes of it", () => {
  const cases: [string, Result, string, string[]][] = [
    ["all open", found(all), "good", ["udp"]],
    ["UDP blocked", found({ ...all, udp: "blocked", relay_udp: "blocked" }), "fair", ["tcp"]],
    ["only the relay's UDP", found({ udp: "blocked", tcp: "blocked", relay_udp: "works" }), "good", ["relay_udp"]],
    ["only TCP to the relay", found({ udp: "blocked", tcp: "blocked", relay_udp: "blocked", relay_tcp: "works" }), "fair", ["relay_tcp"]],
    ["only TLS", found({ udp: "blocked", tcp: "blocked", relay_tls: "works" }), "fair", ["relay_tls"]],
    ["nothing", found({ udp: "blocked", tcp: "blocked", relay_tls: "blocked" }), "bad", ["no_way"]],
    ["no socket", found({}, { socket: false }), "bad", ["no_socket"]],
    ["a weak upload", found(all, { up: 900_000 }), "fair", ["udp", "up_weak"]],
    ["hardly an upload", found(all, { up: 300_000 }), "bad", ["udp", "up_small"]],
    ["an upload for a voice", found(all, { up: 50_000 }), "bad", ["udp", "up_voice"]],
    ["a weak download", found(all, { down: 1_000_000 }), "fair", ["udp", "down_weak"]],
    ["hardly a download", found(all, { down: 200_000 }), "bad", ["udp", "down_voice"]],
    ["not measured", found(all, { up: -1, down: -1 }), "good", ["udp"]],
  ];
  for (const [name, result, mark, says] of cases) {
    assert.deepEqual(verdictOf(result), { mark, says: says.map((id) => `meeting.check.says.${id}`) }, name);
  }
});

test("loss and a long way count for the way that is taken, not for the others", () => {
  const lossy = (way: Way, loss: number, rtt = 20) => found(all, { ways: found(all).ways.map((w) => (w.way === way ? { ...w, loss, rtt } : w)) });
  assert.deepEqual(verdictOf(lossy("udp", 0.03)).says, ["meeting.check.says.udp", "meeting.check.says.some_loss"]);
  assert.equal(verdictOf(lossy("udp", 0.2)).mark, "bad");
  assert.deepEqual(verdictOf(lossy("tcp", 0.2)).says, ["meeting.check.says.udp"]);
  assert.deepEqual(verdictOf(lossy("udp", 0, 450)).says, ["meeting.check.says.udp", "meeting.check.says.long_way"]);
});

test("the best way is the one that a meeting takes", () => {
  assert.equal(bestOf(found({ relay_tls: "works", tcp: "works" }))?.way, "tcp");
  assert.equal(bestOf(found({ udp: "blocked" })), null);
  assert.equal(settled(nothingTried(0)), false);
  assert.equal(settled(found(all)), true);
});

test("a rate is that of the best half second", () => {
  assert.equal(rateOf([]), 0);
  assert.equal(rateOf([{ ms: 0, bytes: 0 }]), 0);
  const slowThenFast = [0, 250, 500, 750, 1000].map((ms) => ({ ms, bytes: ms <= 500 ? ms * 10 : 5000 + (ms - 500) * 250 }));
  assert.equal(rateOf(slowThenFast), 2_000_000);
  assert.equal(rateOf([{ ms: 0, bytes: 0 }, { ms: 100, bytes: 100_000 }]), 8_000_000); // over before half a second is
  assert.equal(rateOf([{ ms: 0, bytes: 0 }, { ms: 0, bytes: 2_000_000 }]), 20_000_000); // as much as is measured
});

test("numbers are written as the language does", () => {
  const t = textsFrom({ "meeting.check.figures": "{rtt} ms, {loss}", "meeting.check.rate": "{rate} Mbit/s", "meeting.check.rate_most": "{rate} Mbit/s or more" });
  const [tried] = found({ udp: "works" }).ways;
  assert.ok(tried);
  assert.equal(figuresOf({ ...tried, rtt: 0.3, loss: 0.0125 }, t, "en"), "1 ms, 1.3%");
  assert.equal(figuresOf({ ...tried, loss: 0.0125 }, t, "de"), "20 ms, 1,3\u00a0%");
  assert.equal(figuresOf({ ...tried, outcome: "blocked" }, t, "en"), "");
  assert.equal(rateText(1_234_567, t, "en"), "1.2 Mbit/s");
  assert.equal(rateText(1_234_567, t, "de"), "1,2 Mbit/s");
  assert.equal(rateText(14_600_000, t, "en"), "15 Mbit/s");
  assert.equal(rateText(20_000_000, t, "en"), "20 Mbit/s or more");
  assert.equal(rateText(-1, t, "en"), "–");
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([]), -1);
});

test("a report has everything, and a kept result is read with care", () => {
  const t = textsFrom({});
  const report = reportOf(found({ ...all, udp: "blocked", relay_tls: "absent" }), t, "en");
  assert.match(report, /way\.udp \(203\.0\.113\.7:7882\): meeting\.check\.outcome\.blocked/);
  assert.doesNotMatch(report, /relay_tls/);
  const kept = found(all);
  assert.deepEqual(resultFrom(JSON.parse(JSON.stringify(kept))), kept);
  for (const bad of [null, 7, "x", {}, { at: 1, ways: {} }]) assert.equal(resultFrom(bad), null);
  assert.deepEqual(resultFrom({ ...kept, ways: [{ way: "pigeon" }, null] })?.ways, []);
});

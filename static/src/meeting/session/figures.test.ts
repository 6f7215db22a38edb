import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, figuresOf } from "./figures.ts";

const video = (id: string, more: object) => ({ id, type: "inbound-rtp", kind: "video", frameWidth: 640, frameHeight: 360, framesPerSecond: 29.6, ...more });
const layer = (id: string, more: object) => ({ id, type: "outbound-rtp", kind: "video", active: true, codecId: "c", qualityLimitationReason: "none", ...more });
const way = (protocol: string, candidateType = "host") => [
  { id: "t", type: "transport", selectedCandidatePairId: "p", bytesSent: 0, bytesReceived: 0 },
  { id: "q", type: "candidate-pair", localCandidateId: "l2" },
  { id: "p", type: "candidate-pair", localCandidateId: "l", currentRoundTripTime: 0.042 },
  { id: "l", type: "local-candidate", protocol, candidateType },
];
const quiet = countOf(0, way("udp"), []);

test("rates and loss are of the time between two looks", () => {
  const before = countOf(1000, [{ id: "t", type: "transport", bytesSent: 1000, bytesReceived: 0 }], [
    { id: "u", type: "transport", bytesSent: 0, bytesReceived: 5000 },
    video("v", { framesDecoded: 10, packetsReceived: 100, packetsLost: 50 }),
  ]);
  const now = countOf(3000, [{ id: "t", type: "transport", bytesSent: 251_000, bytesReceived: 0 }, { id: "r", type: "remote-inbound-rtp", fractionLost: 0.25 }], [
    { id: "u", type: "transport", bytesSent: 0, bytesReceived: 505_000 },
    video("v", { framesDecoded: 70, packetsReceived: 190, packetsLost: 60 }),
    video("still", { framesDecoded: 0 }),
  ]);
  const f = figuresOf(before, now);
  assert.deepEqual([f.up, f.down, f.lossUp, f.lossDown], [1000, 2000, 0.25, 0.1]);
  assert.deepEqual(f.received, [{ width: 640, height: 360, framesPerSecond: 30 }]);
});

test("something that is new since the look before does not look like a flood", () => {
  const now = countOf(2000, [], [{ id: "new", type: "transport", bytesReceived: 90_000_000, bytesSent: 0 }]);
  assert.equal(figuresOf(countOf(0, [], []), now).down, 0);
});

test("the way is that of the chosen pair", () => {
  const at = (protocol: string, type?: string) => figuresOf(quiet, countOf(2000, way(protocol, type), []));
  assert.deepEqual([at("udp").way, at("tcp").way, at("udp", "relay").way, at("udp").roundTrip], ["udp", "tcp", "relay", 42]);
  assert.equal(figuresOf(quiet, countOf(2000, [], [])).way, null);
});

test("only layers that are sent count, the largest first, and a limit counts when it is there twice", () => {
  const up = (n: number, reason: string) => [
    layer("q", { framesEncoded: n, frameWidth: 320, frameHeight: 180, qualityLimitationReason: reason }),
    layer("h", { framesEncoded: n, frameWidth: 640, frameHeight: 360 }),
    layer("f", { framesEncoded: 0, frameWidth: 1280, frameHeight: 720, active: false, qualityLimitationReason: "cpu" }),
    { id: "c", type: "codec", mimeType: "video/VP8" },
  ];
  const f = figuresOf(countOf(0, up(1, "bandwidth"), []), countOf(2000, up(60, "bandwidth"), []));
  assert.deepEqual(f.sent.map((p) => p.height), [360, 180]);
  assert.deepEqual([f.limited, f.codecs], ["network", ["VP8"]]);
  assert.equal(figuresOf(countOf(0, up(1, "none"), []), countOf(2000, up(60, "bandwidth"), [])).limited, null);
});

test("where transports count no bytes, as in Firefox, those of the pairs are taken", () => {
  const side = (bytesSent: number) => [{ id: "t", type: "transport" }, { id: "p", type: "candidate-pair", bytesSent, bytesReceived: 2 * bytesSent }, { id: "q", type: "candidate-pair", bytesSent: 0, bytesReceived: 0 }];
  const f = figuresOf(countOf(0, side(1000), []), countOf(2000, side(251_000), []));
  assert.deepEqual([f.up, f.down], [1000, 2000]);
});

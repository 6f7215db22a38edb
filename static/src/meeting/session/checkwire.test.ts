import assert from "node:assert/strict";
import { test } from "node:test";
import { ICEServer } from "@livekit/protocol";
import { doorOf, onlyOver, packet, relaysFor, socketAddress, unpack } from "./checkwire.ts";

const lines = [
  "v=0",
  "a=candidate:1 1 udp 2130706431 203.0.113.7 7882 typ host",
  "a=candidate:1 2 udp 2130706431 203.0.113.7 7882 typ host",
  "a=candidate:2 1 tcp 1671430143 203.0.113.7 7882 typ host tcptype passive",
  "a=candidate:3 1 UDP 1671430143 2001:db8::7 7882 typ host",
  "a=end-of-candidates",
];

test("a description is left with one kind of door", () => {
  const udp = onlyOver("udp", lines.join("\r\n"));
  assert.deepEqual(udp.doors, ["203.0.113.7:7882", "[2001:db8::7]:7882"]);
  assert.equal(udp.sdp, lines.filter((l) => !l.includes(" tcp ")).join("\r\n"));
  const tcp = onlyOver("tcp", lines.join("\r\n"));
  assert.deepEqual(tcp.doors, ["203.0.113.7:7882"]);
  assert.equal(tcp.sdp, [lines[0], lines[3], lines[5]].join("\r\n"));
});

test("each way through the relay has its own addresses", () => {
  const servers = [
    new ICEServer({ urls: ["turn:relay.example:3478?transport=udp", "turn:relay.example:3478?transport=tcp", "turns:relay.example:443?transport=tcp"], username: "u", credential: "c" }),
    new ICEServer({ urls: ["stun:stun.example:3478"] }),
  ];
  const urls = (way: Parameters<typeof relaysFor>[0]) => relaysFor(way, servers).flatMap((s) => s.urls);
  assert.deepEqual(urls("udp"), []);
  assert.deepEqual(urls("relay_udp"), ["turn:relay.example:3478?transport=udp"]);
  assert.deepEqual(urls("relay_tcp"), ["turn:relay.example:3478?transport=tcp"]);
  assert.deepEqual(urls("relay_tls"), ["turns:relay.example:443?transport=tcp"]);
  assert.deepEqual(relaysFor("relay_tls", servers)[0]?.credential, "c");
  assert.equal(doorOf("turns:relay.example:443?transport=tcp"), "relay.example:443");
});

test("packets and the socket's address are as the node reads them", () => {
  const there = packet("echo", Uint8Array.of(1, 2, 3));
  const back = unpack(there.buffer.slice(there.byteOffset, there.byteOffset + there.byteLength) as ArrayBuffer);
  assert.deepEqual([back?.topic, [...(back?.payload ?? [])]], ["echo", [1, 2, 3]]);
  const url = new URL(socketAddress("ws://localhost:8080", "a.b.c"));
  assert.equal(url.searchParams.get("access_token"), "a.b.c");
  assert.match(url.searchParams.get("join_request") ?? "", /^[A-Za-z0-9_=-]+$/);
});

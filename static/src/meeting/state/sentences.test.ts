import assert from "node:assert/strict";
import { test } from "node:test";
import type { Figures } from "../session/figures.ts";
import { type Known, sentences } from "./sentences.ts";

const picture = { width: 320, height: 180, framesPerSecond: 20 };
const figures: Figures = { roundTrip: 40, lossUp: 0, lossDown: 0, up: 900, down: 900, way: "udp", codecs: ["VP8"], sent: [picture], received: [], limited: null };
const known: Known = { line: "live", own: "good", others: [], figures, step: 0, soundOnly: false, camera: true };
const said = (change: Partial<Known>) => sentences({ ...known, ...change }).map((s) => s.key);
const of = (change: Partial<Figures>) => said({ figures: { ...figures, ...change } });
const ann = { name: "Ann", level: "weak", picture: true } as const;

test("a good connection is told as one", () => {
  assert.deepEqual(said({}), ["fine"]);
  assert.deepEqual(said({ figures: null }), ["fine"]);
});

test("a weak upload says what is sent instead", () => {
  assert.deepEqual(of({ limited: "network" }), ["upload.single"]);
  assert.deepEqual(of({ limited: "network", sent: [picture, picture] }), ["upload.smaller"]);
  assert.deepEqual(of({ limited: "network", sent: [] }), ["upload.none"]);
  assert.deepEqual(said({ figures: { ...figures, limited: "network" }, camera: false, own: "weak" }), ["own.weak"]);
});

test("a busy device says what is left out", () => {
  assert.deepEqual(of({ limited: "device" }), ["busy.0"]);
  for (const step of [1, 2, 3, 4] as const) assert.deepEqual(said({ step }), [`busy.${step}`]);
});

test("the weak connection of somebody else is told by name, of many by their number, and one's own is fine", () => {
  assert.deepEqual(said({ others: [ann] }), ["fine", "somebody.picture"]);
  assert.deepEqual(said({ others: [{ ...ann, picture: false }] }), ["fine", "somebody.sound"]);
  assert.deepEqual(said({ others: [ann], soundOnly: true }), ["fine", "sound_only", "somebody.sound"]);
  assert.deepEqual(said({ others: [{ ...ann, level: "lost" }] }), ["fine", "somebody.lost"]);
  const many = sentences({ ...known, others: [ann, ann, ann, { ...ann, level: "good" }] }).at(-1);
  assert.deepEqual([many?.key, many?.count], ["others", 3]);
});

test("a way around a firewall and a long way are told, and are no fault", () => {
  assert.deepEqual(of({ way: "tcp" }), ["fine", "way.tcp"]);
  assert.deepEqual(of({ way: "relay", roundTrip: 420 }), ["fine", "way.relay", "slow"]);
});

test("while the line is down nothing else is told", () => {
  assert.deepEqual(said({ line: "reconnecting", own: "lost", others: [ann], step: 4 }), ["line"]);
  assert.deepEqual(said({ own: "lost" }), ["own.lost"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import german from "../../../emoji/de.tsv";
import english from "../../../emoji/en.tsv";
import { groups, parse, toned, used } from "./list.ts";
import { find } from "./search.ts";

const en = parse(english);
const de = parse(german, english);
const flat = (all: typeof en) => all.flatMap((group) => group.emoji);
const found = (all: typeof en, query: string, most = 5) => find(flat(all), query, most).map((one) => one.symbol);

test("both lists have the same emoji, in all groups, each with a name", () => {
  assert.deepEqual(en.map((group) => group.name), [...groups]);
  assert.deepEqual(flat(de).map((one) => one.symbol), flat(en).map((one) => one.symbol));
  assert.ok(flat(en).length > 1850);
  assert.equal(new Set(flat(en).map((one) => one.symbol)).size, flat(en).length);
  for (const one of [...flat(en), ...flat(de)]) assert.notEqual(one.name, "");
});

test("an emoji is found by its name, by the beginning of a word and by what else people call it", () => {
  assert.equal(found(en, "red heart")[0], "❤️");
  assert.equal(found(en, "red h")[0], "❤️");
  assert.equal(found(en, "heart")[0], "❤️");
  assert.equal(found(en, "thumb")[0], "👍");
  assert.equal(found(en, "smile")[0], "😀");
  assert.equal(found(en, "Tada")[0], "🎉");
  assert.equal(found(en, "+1")[0], "👍");
  assert.equal(found(en, "thumbs_up")[0], "👍");
  assert.equal(found(en, "party popper")[0], "🎉");
  assert.ok(found(en, "smi", 50).includes("😄"));
  assert.deepEqual(found(en, "xyzzy"), []);
  assert.deepEqual(found(en, "  "), []);
});

test("German readers find them in German, with or without the dots, and by the English names", () => {
  assert.equal(found(de, "rotes Herz")[0], "❤️");
  assert.equal(found(de, "Daumen hoch")[0], "👍");
  assert.equal(found(de, "Glühbirne")[0], "💡");
  assert.equal(found(de, "gluhbirne")[0], "💡");
  assert.equal(found(de, "tada")[0], "🎉");
  assert.deepEqual(found(en, "Daumen hoch"), []);
});

test("a tone of skin is put where Unicode has it, and nowhere else", () => {
  const by = (symbol: string) => flat(en).find((one) => one.symbol === symbol) ?? assert.fail(symbol);
  assert.equal(toned(by("👋"), 3), "👋🏽");
  assert.equal(toned(by("☝️"), 1), "☝🏻");
  assert.equal(toned(by("🧑‍🚀"), 5), "🧑🏿‍🚀");
  assert.equal(toned(by("👋"), 0), "👋");
  assert.equal(toned(by("🎉"), 3), "🎉");
  assert.equal(toned(by("👨‍👩‍👧‍👦"), 3), "👨‍👩‍👧‍👦");
});

test("what was used last comes first, once, and not without end", () => {
  assert.deepEqual(used(["a", "b"], "b"), ["b", "a"]);
  assert.deepEqual(used(["a", "b"], "c", 2), ["c", "a"]);
});

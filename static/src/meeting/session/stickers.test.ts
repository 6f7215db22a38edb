import assert from "node:assert/strict";
import { test } from "node:test";
import { stickerFrom } from "./stickers.ts";

const good = { from: "p-1", by: "Ann", src: "/sticker/abc.svg", alt: { en: "A fox", de: "Ein Fuchs" } };
const told = (change: object) => stickerFrom(JSON.stringify({ ...good, ...change }), "de");

test("a sticker is read in the reader's language", () => {
  assert.deepEqual(told({}), { from: "p-1", by: "Ann", src: "/sticker/abc.svg", symbol: "", alt: "Ein Fuchs" });
  assert.equal(stickerFrom(JSON.stringify(good), "fr")?.alt, "A fox");
  assert.equal(told({ src: "", symbol: "👏" })?.symbol, "👏");
});

test("what is no sticker of ours is not shown", () => {
  for (const src of ["https://evil.example/x.svg", "//evil.example/x.svg", "/sticker/../me", "/sticker/x.html", "data:image/svg+xml,x", "javascript:1", "", 5]) {
    assert.equal(told({ src }), null, String(src));
  }
  assert.equal(told({ symbol: "👏" }), null, "a picture and a symbol");
  assert.equal(told({ src: "", symbol: "a long text that somebody would read" }), null);
  assert.equal(told({ alt: {} }), null);
  assert.equal(told({ alt: "x" }), null);
  assert.equal(told({ from: 5 }), null);
  for (const text of ["", "no", "null", "[]", "5"]) assert.equal(stickerFrom(text, "en"), null, text);
});

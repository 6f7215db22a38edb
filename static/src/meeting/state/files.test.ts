import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, filesAtOnce, refusal, sizeText, split } from "./files.ts";

test("a file that cannot be sent says why", () => {
  assert.equal(refusal({ size: 10 }, 10, 0), null);
  assert.equal(refusal({ size: 11 }, 10, 0), "large");
  assert.equal(refusal({ size: 0 }, 10, 0), "empty");
  assert.equal(refusal({ size: 1 }, 10, filesAtOnce), "many");
});

test("sizes are what people read", () => {
  const shown = [1, 1024, 1500, 1 << 20, 1_700_000, 25 << 20].map((bytes) => sizeText(bytes, "en").replaceAll(" ", " "));
  assert.deepEqual(shown, ["1 kB", "1 kB", "2 kB", "1 MB", "1.7 MB", "25 MB"]);
  assert.equal(sizeText(1_700_000, "de").replaceAll(" ", " "), "1,7 MB");
});

test("the ending of a long name stays to be seen", () => {
  assert.deepEqual(split("a very long name of a plan.pdf"), ["a very long name of a ", "plan.pdf"]);
  assert.deepEqual(split("a.pdf"), ["", "a.pdf"]);
  assert.deepEqual(split("without an ending"), ["without an ", "ending"]);
  assert.deepEqual(split("x"), ["", "x"]);
  for (const name of ["🌻🌻🌻🌻🌻🌻🌻.txt", "x." + "y".repeat(40), ""]) assert.equal(split(name).join(""), name);
});

test("a name is text and nothing more", () => {
  for (const [said, want] of [
    ["plan.pdf", "plan.pdf"], ["../../etc/passwd", "passwd"], ["C:\\x\\y.txt", "y.txt"], ["photo\u202Egnp.exe", "photognp.exe"],
    ["a\r\nb\u0000.txt", "a b.txt"], ["..", "file"], ["", "file"], [".hidden", "hidden"], ["<img src=x>.png", "_img src=x_.png"],
    ["U\u0308ber.txt", "Über.txt"], ["\u2028x\uFEFF.txt", "x.txt"],
  ] as const) assert.equal(fileName(said), want);
  assert.equal([...fileName("🌻".repeat(300))].length, 200);
});

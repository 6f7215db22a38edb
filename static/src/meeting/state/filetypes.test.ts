import assert from "node:assert/strict";
import { test } from "node:test";
import { distrust } from "./filetypes.ts";

const head = (text: string): ArrayBuffer => Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer;
const png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const zip = (name: string) => `PK\x03\x04\x14${"\0".repeat(21)}${String.fromCharCode(name.length)}\0\0\0${name}`;

test("a program is one whatever it is called, and a script whatever is in it", () => {
  for (const content of [
    "MZ\x90\0", "\x7fELF\x02", "\xcf\xfa\xed\xfe\x07", "\xca\xfe\xba\xbe\0\0\0\x02", "\xca\xfe\xba\xbe\0\0\0\x34", "L\0\0\0\x01\x14\x02\0", zip("META-INF/MANIFEST.MF"),
    zip("AndroidManifest.xml"), "Cr24\x02", "!<arch>\ndebian-binary", "\xed\xab\xee\xdb", "ITSF\x03\0\0\0\x60\0\0\0", "FWS\x0a",
    `\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${"\0".repeat(1024)}\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46`,
  ]) {
    for (const name of ["holiday.png", "holiday", "holiday.txt"]) assert.equal(distrust(name, head(content)), "program", content);
  }
  for (const name of ["run.BAT", "invoice.pdf.js", "x.hta", "photo.png.vbs", "a.lnk"]) assert.equal(distrust(name, head("echo hi")), "program", name);
});

test("what is not what its name says is not opened", () => {
  for (const [name, content] of [
    ["a.png", "just words"], ["a.jpg", "%PDF-1.7"], ["a.pdf", png], ["a.PDF", "<!DOCTYPE html><script>"], ["a.docx", "<html>"], ["a.zip", png], ["a.txt", png],
    ["a.csv", "a;b\0c"], ["a.mp4", "plain"], ["a.png", ""],
  ] as const) assert.equal(distrust(name, head(content)), "unlike", name);
});

test("what is as it says, and what promises nothing, is let through", () => {
  for (const [name, content] of [
    ["a.png", png], ["a.jpg", png], ["a.jpeg", "\xff\xd8\xff\xe0"], ["a.gif", "GIF89a"], ["a.webp", "RIFF\x10\0\0\0WEBPVP8 "], ["a.pdf", "%PDF-1.7\n"], ["a.pdf", "\xef\xbb\xbf%PDF-1.4"],
    ["a.docx", zip("[Content_Types].xml")], ["a.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"], ["a.doc", "{\\rtf1"], ["a.odt", zip("mimetype")], ["a.zip", zip("META-IN")],
    ["a.mp3", "ID3\x03"], ["a.mp3", "\xff\xfb\x90"], ["a.mp4", "\0\0\0\x20ftypisom"], ["a.mov", "\0\0\0\x14ftypqt  "], ["a.webm", "\x1a\x45\xdf\xa3"], ["a.wav", "RIFF\x10\0\0\0WAVEfmt "],
    ["a.txt", "Grüße\r\n\tund mehr"], ["a.txt", "\xff\xfeG\0r\0"], ["a.csv", "a;b"], ["a.md", ""],
    ["a.svg", "<svg onload=alert(1)>"], ["a.html", "<script>"], ["a", "\0\x01"], ["noending", "words"], ["a.heic", "\0\0\0\x18ftypheic"],
  ] as const) assert.equal(distrust(name, head(content)), null, `${name} ${content}`);
});

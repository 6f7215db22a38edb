import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf } from "./text.ts";

const emoji = new Map([[":parrot:", "/emoji/x.png"]]);
const shown = (text: string) => partsOf(text, emoji).map((p) => (p.kind === "text" ? p.text : p.kind === "link" ? `<${p.href}>` : `(${p.src})`));

test("links of the web are found, without the sentence around them", () => {
  assert.deepEqual(shown("See https://example.org/a?b=c#d."), ["See ", "<https://example.org/a?b=c#d>", "."]);
  assert.deepEqual(shown("(http://a.example/x_(y)), and HTTPS://B.example"), ["(", "<http://a.example/x_(y)>", "), and ", "<https://b.example/>"]);
  assert.deepEqual(shown("two\nhttps://a.example\nlines"), ["two\n", "<https://a.example/>", "\nlines"]);
});

test("nothing else becomes a link", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,<script>", "ftp://a.example", "//a.example", "https://", "www.example.org", "<a href='x'>", "https://bank.example@evil.example/", "vbscript:x"]) {
    assert.deepEqual(shown(text), [text]);
  }
});

test("a text is never lost, whatever is in it", () => {
  for (const text of ["", ":parrot:", "a:parrot::parrot:b", ":unknown: 12:30:45", "https://a.example/:parrot:", "<img src=x onerror=alert(1)>", "'\"><svg/onload=x>", "‮gnp.exe"]) {
    assert.equal(partsOf(text, emoji).map((p) => p.text).join(""), text);
  }
});

test("a link with thousands of brackets after it is not gone through anew for each", (t) => {
  const brackets = ")".repeat(3990);
  const made = [t.mock.method(String.prototype, "split"), t.mock.method(String.prototype, "slice")];
  assert.deepEqual(shown(`https://a.example/(${brackets}`), ["<https://a.example/()>", brackets.slice(1)]);
  const calls = made.reduce((sum, { mock }) => sum + mock.callCount(), 0);
  assert.ok(calls < 100, `${calls} copies of the text`);
});

test("emoji of the organization are found by their name", () => {
  assert.deepEqual(shown("hi :parrot: :Parrot: :no:"), ["hi ", "(/emoji/x.png)", " ", "(/emoji/x.png)", " :no:"]);
});

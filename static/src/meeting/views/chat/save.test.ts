import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../state/chat.ts";
import { textsFrom } from "../../texts.ts";
import { chatText } from "./save.ts";

const message = (change: Partial<Message>): Message => ({
  n: 1, rev: 1, id: "x", from: "ann", by: "Ann", to: "", toName: "", text: "", closed: false, sticker: null, file: null, reply: 0,
  at: Date.UTC(2026, 0, 2, 3, 4, 5), edited: 0, deleted: false, reactions: [], ...change,
});

test("a file of what was written has a line for each message that is there", () => {
  const text = chatText(
    [
      message({ text: "Hello\nall" }),
      message({ by: "Ben", to: "ann", toName: "Ann", text: "psst" }),
      message({ deleted: true }),
      message({ closed: true }),
      message({ sticker: { src: "/sticker/x.svg", symbol: "", alt: "A lamp" } }),
    ],
    textsFrom({ "meeting.chat.closed_short": "cannot be opened" }),
    "en-GB",
  );
  const lines = text.replaceAll(/^\d\d\/\d\d\/\d{4}, \d\d:\d\d:05 {2}/gm, "").split("\n");
  assert.deepEqual(lines, ["Ann: Hello", "    all", "Ben → Ann: psst", "Ann: [cannot be opened]", "Ann: [A lamp]", ""]);
});

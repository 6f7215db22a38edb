import assert from "node:assert/strict";
import { test } from "node:test";
import { type Board, copyWhenMade } from "./copy.ts";

/** A clipboard that takes something during the press alone, as Safari's, or no promises, as an old Chrome's. */
function board(takes: "promises" | "texts" | "nothing") {
  const copied: string[] = [];
  let pressed = true;
  class Item {
    readonly items: Record<string, Promise<Blob>>;
    constructor(items: Record<string, Promise<Blob>>) {
      if (takes === "texts") throw new TypeError("promises");
      this.items = items;
    }
  }
  const refuse = () => Promise.reject(new Error("NotAllowedError"));
  const clipboard = {
    write: async (all: unknown[]) => {
      if (!pressed || takes === "nothing") return refuse();
      for (const { items } of all as Item[]) copied.push(await ((await items["text/plain"]) as Blob).text());
    },
    writeText: async (text: string) => (takes === "texts" ? void copied.push(text) : refuse()),
  };
  return { board: { clipboard, Item } as unknown as Board, copied, release: () => (pressed = false) };
}

test("a text that takes a while is copied within the press", async () => {
  const { board: safari, copied, release } = board("promises");
  let made = (_text: string) => {};
  const done = copyWhenMade(new Promise((go) => (made = go)), safari);
  release();
  made("figures");
  await done;
  assert.deepEqual(copied, ["figures"]);
});

test("where no promises are taken the text is copied when it is there", async () => {
  const { board: old, copied } = board("texts");
  await copyWhenMade(Promise.resolve("figures"), old);
  await copyWhenMade(Promise.resolve("more"), { clipboard: old.clipboard, Item: undefined });
  assert.deepEqual(copied, ["figures", "more"]);
});

test("what is not copied says so", async () => {
  await assert.rejects(copyWhenMade(Promise.resolve("figures"), board("nothing").board));
  await assert.rejects(copyWhenMade(Promise.reject(new Error("no figures")), board("promises").board), /no figures/);
});

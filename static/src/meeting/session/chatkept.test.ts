import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pending } from "../state/chat.ts";
import { Store, initialState } from "../state.ts";
import { DraftShelf, type Shelf, keepPending } from "./chatkept.ts";

const began = () => new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
const pending = (id: string, change: Partial<Pending> = {}): Pending => ({
  id, to: "", toName: "", text: `text ${id}`, sticker: null, file: null, reply: 0, at: 1000, status: "sending", fault: "", ...change,
});

function shelves() {
  const kept = new Map<string, string>();
  const shelf: Shelf = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), removeItem: (k) => void kept.delete(k) };
  const page = (encrypted = false, now = 2000, name = "me") => {
    const store = began();
    keepPending(store, { name, encrypted, shelf: () => shelf, now: () => now });
    return store;
  };
  const drafts = (encrypted = false, now = 2000, name = "me") => {
    const store = began();
    return { store, shelf: new DraftShelf(store, { name, encrypted, shelf: () => shelf, now: () => now }) };
  };
  return { kept, page, drafts };
}

test("what waits is there after a reload, under the same id and in order, until it has arrived", () => {
  const { kept, page } = shelves();
  const first = page();
  first.dispatch({ type: "chatPending", pending: pending("a") });
  first.dispatch({ type: "chatPending", pending: pending("b", { to: "ann" }) });
  first.dispatch({ type: "chatPending", pending: pending("f", { file: { name: "x.pdf", size: 5 } }) });
  first.dispatch({ type: "chatPending", pending: pending("c", { status: "failed", fault: "Too long" }) });
  first.dispatch({ type: "chatPending", pending: pending("p", { file: { name: "x.exe", size: 5 }, status: "refused", fault: "A program" }) });
  const second = page();
  assert.deepEqual(second.state.chat.pending.map((p) => [p.id, p.to, p.status, p.fault]), [
    ["a", "", "waiting", ""], ["b", "ann", "waiting", ""], ["f", "", "lost", ""], ["c", "", "failed", "Too long"], ["p", "", "refused", "A program"],
  ]);
  assert.deepEqual(second.state.chat.pending[2]?.file, { name: "x.pdf", size: 5 }, "of a file its name is left");
  for (const id of ["a", "b", "f", "c", "p"]) second.dispatch({ type: "chatDropped", id });
  assert.equal(kept.size, 0);
  assert.deepEqual(page().state.chat.pending, []);
});

test("it is nobody else's, and of no later meeting", () => {
  const { kept, page } = shelves();
  page().dispatch({ type: "chatPending", pending: pending("a") });
  assert.deepEqual(page(false, 2000, "another").state.chat.pending, []);
  assert.deepEqual(page(false, 1000 + 30 * 60_000).state.chat.pending, []);
  const store = page();
  assert.equal(store.state.chat.pending.length, 1);
  store.dispatch({ type: "connection", connection: "leaving" });
  assert.equal(kept.size, 0, "who leaves takes it along");
});

test("of an encrypted meeting nothing lies in the browser, and nothing of before comes back", () => {
  const { kept, page } = shelves();
  page().dispatch({ type: "chatPending", pending: pending("a") });
  const store = page(true);
  assert.deepEqual(store.state.chat.pending, []);
  store.dispatch({ type: "chatPending", pending: pending("secret") });
  assert.equal(kept.size, 0);
});

test("what makes no sense is passed over, and a browser that keeps nothing is fine", () => {
  const { kept, page } = shelves();
  for (const text of ["", "{", "null", "{}", "[null, 5, {}]", '[{"id":"a"}]']) {
    kept.set("parley.pending.me", text);
    assert.deepEqual(page().state.chat.pending, [], text);
  }
  const store = began();
  const keep = { name: "me", encrypted: false, shelf: () => { throw new Error("forbidden"); }, now: () => 0 };
  keepPending(store, keep);
  const forbidden = new DraftShelf(store, keep);
  forbidden.type("", "abc");
  assert.equal(forbidden.text(""), "abc");
  store.dispatch({ type: "chatPending", pending: pending("a") });
  assert.equal(store.state.chat.pending.length, 1);
});

test("what one has begun to write is there after a reload, for whom it was, until it is sent or one leaves", () => {
  const { kept, drafts } = shelves();
  const first = drafts();
  first.shelf.type("", "hello all");
  first.store.dispatch({ type: "chatTo", to: "ann" });
  first.shelf.type("ann", "psst");
  first.shelf.type("", "hello all of you");
  const { store, shelf } = drafts();
  assert.deepEqual([store.state.chat.to, shelf.text("ann"), shelf.text("")], ["ann", "psst", "hello all of you"]);
  store.dispatch({ type: "chatTo", to: "" });
  assert.equal(drafts().store.state.chat.to, "", "to whom one turned last");
  shelf.sent("");
  assert.equal(drafts().shelf.text(""), "");
  shelf.sent("ann");
  assert.equal(kept.size, 0);
  shelf.type("", "not yet");
  store.dispatch({ type: "connection", connection: "leaving" });
  assert.deepEqual([kept.size, shelf.text("")], [0, ""], "who leaves takes it along");
});

test("a begun text is nobody else's, of no later meeting, and of an encrypted one nothing lies in the browser", () => {
  const { kept, drafts } = shelves();
  drafts().shelf.type("ann", "psst");
  assert.equal(drafts(false, 2000, "another").shelf.text("ann"), "");
  assert.equal(drafts(false, 2000 + 30 * 60_000).shelf.text("ann"), "");
  const { store, shelf } = drafts(true);
  assert.deepEqual([store.state.chat.to, shelf.text("ann"), kept.size], ["", "", 0], "what was there of before is gone");
  shelf.type("ann", "secret");
  assert.deepEqual([shelf.text("ann"), kept.size], ["secret", 0]);
  for (const text of ["", "{", "null", "5", "[]", '{"at":2000,"to":5,"drafts":{}}', '{"at":2000,"to":"","drafts":null}', '{"at":2000,"to":"","drafts":{"":5}}']) {
    kept.set("parley.draft.me", text);
    assert.equal(drafts().shelf.text(""), "", text);
  }
});

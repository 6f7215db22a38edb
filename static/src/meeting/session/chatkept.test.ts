import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pending } from "../state/chat.ts";
import { Store, initialState } from "../state.ts";
import { type Shelf, keepPending } from "./chatkept.ts";

const began = () => new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
const pending = (id: string, change: Partial<Pending> = {}): Pending => ({
  id, to: "", toName: "", text: `text ${id}`, sticker: null, file: null, reply: 0, at: 1000, status: "sending", fault: "", ...change,
});

function shelves() {
  const kept = new Map<string, string>();
  const shelf: Shelf = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), removeItem: (k) => void kept.delete(k) };
  const page = (encrypted = false, now = 2000, name = "me") => {
    const store = began();
    keepPending(store, name, encrypted, () => shelf, now);
    return store;
  };
  return { kept, page };
}

test("what waits is there after a reload, under the same id and in order, until it has arrived", () => {
  const { kept, page } = shelves();
  const first = page();
  first.dispatch({ type: "chatPending", pending: pending("a") });
  first.dispatch({ type: "chatPending", pending: pending("b", { to: "ann" }) });
  first.dispatch({ type: "chatPending", pending: pending("f", { file: { name: "x.pdf", size: 5 } }) });
  first.dispatch({ type: "chatPending", pending: pending("c", { status: "failed", fault: "Too long" }) });
  const second = page();
  assert.deepEqual(second.state.chat.pending.map((p) => [p.id, p.to, p.status, p.fault]), [["a", "", "waiting", ""], ["b", "ann", "waiting", ""], ["c", "", "failed", "Too long"]]);
  for (const id of ["a", "b", "c"]) second.dispatch({ type: "chatDropped", id });
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
  keepPending(store, "me", false, () => { throw new Error("forbidden"); }, 0);
  store.dispatch({ type: "chatPending", pending: pending("a") });
  assert.equal(store.state.chat.pending.length, 1);
});

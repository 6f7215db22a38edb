import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatKeys } from "../encryption/chat.ts";
import { makeKey } from "../encryption/seal.ts";
import { Store, initialState } from "../state.ts";
import type { MeetingSession } from "../types.ts";
import { ChatLine, type Wire } from "./chat.ts";
import { type Said, saidFrom } from "./chatwire.ts";

const meeting = { identity: "me", urls: { chat: "/m/x/chat" }, csrf: "" } as MeetingSession;
const raw = (n: number, change: object = {}) => ({
  n, rev: n, prev: 0, id: `id-${n}`, from: "ann", by: "Ann", to: "", toName: "", text: `text ${n}`, sealed: false,
  sticker: null, reply: 0, at: 1, edited: 0, deleted: false, reactions: [], ...change,
});
const said = (n: number, change: object = {}): Said => saidFrom(raw(n, change), "en") as Said;

/** A server that has messages, and a line to it that can be down. */
class Server implements Wire {
  kept: Said[] = [];
  down = false;
  /** Answers that get lost after the server has done what it was asked. */
  lost = 0;
  reads = 0;
  posts = 0;
  refusal: string | null = null;
  since = 0;
  #timers: (() => void)[] = [];
  #ids = 0;

  id = () => `own-${++this.#ids}`;
  later = (_ms: number, then: () => void) => void this.#timers.push(then);
  read: Wire["read"] = async (_meeting, after) => {
    this.reads++;
    if (this.down) return { kind: "again", after: 0 };
    const left = this.kept.filter((s) => s.message.rev > after && s.message.at >= this.since).sort((a, b) => a.message.rev - b.message.rev);
    const page = left.slice(0, 2);
    return { kind: "ok", value: { said: page, upto: page.at(-1)?.message.rev ?? after, more: left.length > 2, since: this.since } };
  };
  post: Wire["post"] = async (_meeting, _path, fields) => {
    this.posts++;
    if (this.down) return { kind: "again", after: 0 };
    if (this.refusal !== null) return { kind: "no", fault: this.refusal, final: false };
    const known = this.kept.find((s) => s.message.id === fields["id"]);
    const one = known ?? said(100 + this.kept.length, { id: fields["id"], from: "me", text: fields["text"] ?? "", sealed: fields["sealed"] === "yes" });
    if (!known) this.kept.push(one);
    if (this.lost > 0) {
      this.lost--;
      return { kind: "again", after: 0 };
    }
    return { kind: "ok", value: one };
  };
  upload: Wire["upload"] = async () => ({ kind: "again", after: 0 });
  file: Wire["file"] = async () => null;
  /** Lets everything happen but what is to come later. */
  async rest(): Promise<void> {
    for (let i = 0; i < 5; i++) await new Promise((go) => setTimeout(go));
  }
  /** Lets everything happen that is due. */
  async pass(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      for (const then of this.#timers.splice(0)) then();
      await new Promise((go) => setTimeout(go));
    }
  }
}

function began(keys: ChatKeys | null = null) {
  const server = new Server();
  const store = new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
  const line = new ChatLine(meeting, store, keys, "en", server);
  const texts = () => store.state.chat.messages.map((m) => m.text);
  return { server, store, line, texts };
}

test("what was written while the line was down is there when it is back, once", async () => {
  const { server, store, line, texts } = began();
  server.kept = [said(1), said(5), said(9)];
  line.live();
  await server.pass();
  assert.deepEqual(texts(), ["text 1", "text 5", "text 9"]);
  assert.equal(store.state.chat.unread, 0);
  server.kept.push(said(12), said(14), said(20));
  await line.told(JSON.stringify(raw(20, { prev: 14 })));
  line.live();
  await server.pass();
  assert.deepEqual(texts(), ["text 1", "text 5", "text 9", "text 12", "text 14", "text 20"]);
  assert.equal(store.state.chat.unread, 3);
});

test("who came later is told since when they read, and gets the rest when it is not kept from them any more", async () => {
  const { server, store, line, texts } = began();
  server.kept = [said(1), said(5, { at: 10 })];
  server.since = 10;
  line.live();
  await server.pass();
  assert.deepEqual([texts(), store.state.chat.since], [["text 5"], 10]);
  server.since = 0;
  line.live();
  await server.pass();
  assert.deepEqual([texts(), store.state.chat.since], [["text 1", "text 5"], 0]);
  const before = server.reads;
  line.live();
  await server.pass();
  assert.equal(server.reads, before + 1, "once is enough");
});

test("a number that is missing is asked for, without the line having been down", async () => {
  const { server, line, texts } = began();
  line.live();
  await server.pass();
  const before = server.reads;
  server.kept = [said(3), said(7, { prev: 3 })];
  await line.told(JSON.stringify(raw(7, { prev: 3 })));
  await server.pass();
  assert.deepEqual(texts(), ["text 3", "text 7"]);
  assert.equal(server.reads, before + 1);
  // What others write to each other leaves gaps in the numbers, and is no reason to ask.
  await line.told(JSON.stringify(raw(50, { prev: 7 })));
  await line.told(JSON.stringify(raw(60, { from: "ben", to: "me", prev: 0 })));
  await server.pass();
  assert.equal(server.reads, before + 1);
});

test("what one writes is there once, also when the answer got lost, and in the order it was written", async () => {
  const { server, store, line, texts } = began();
  server.lost = 2;
  line.write("one");
  line.write("two");
  await server.pass();
  assert.deepEqual(texts(), ["one", "two"]);
  assert.equal(server.kept.length, 2);
  assert.equal(store.state.chat.pending.length, 0);
});

test("what one writes while the line is down waits and says so", async () => {
  const { server, store, line, texts } = began();
  server.down = true;
  line.write("later");
  line.write("and this");
  await server.pass();
  assert.deepEqual(store.state.chat.pending.map((p) => [p.text, p.status]), [["later", "waiting"], ["and this", "sending"]]);
  server.down = false;
  line.live();
  await server.pass();
  assert.deepEqual(texts(), ["later", "and this"]);
  assert.equal(store.state.chat.pending.length, 0);
});

test("however much one writes and is told while the line is down, one try is to come", async () => {
  const { server, store, line } = began();
  server.down = true;
  for (const text of ["one", "two", "three"]) {
    line.write(text);
    await line.told("{}");
    await server.rest();
  }
  assert.deepEqual([server.posts, server.reads], [1, 1]);
  server.down = false;
  line.live(); // the line is back: nobody waits for what was to come
  await server.rest();
  assert.deepEqual([store.state.chat.pending.length, server.posts, server.reads], [0, 4, 2]);
  await server.pass();
  assert.deepEqual([server.posts, server.reads], [4, 2]);
});

test("what the server refuses says why, holds nobody else up, and can be tried again", async () => {
  const { server, store, line, texts } = began();
  server.refusal = "Too long";
  line.write("no");
  await server.pass();
  assert.deepEqual(store.state.chat.pending.map((p) => [p.status, p.fault]), [["failed", "Too long"]]);
  server.refusal = null;
  line.write("yes");
  await server.pass();
  assert.deepEqual(texts(), ["yes"]);
  line.retry(store.state.chat.pending[0]?.id ?? "");
  await server.pass();
  assert.deepEqual(texts(), ["yes", "no"]);
});

test("in an encrypted meeting nothing leaves in the clear, and what cannot be opened says so until it can", async () => {
  const keys = new ChatKeys();
  const { server, store, line, texts } = began(keys);
  line.write("secret");
  await server.pass();
  assert.equal(server.kept.length, 0, "there is no key yet");
  const key = makeKey();
  const theirs = new ChatKeys();
  theirs.use(key, 1, true);
  const text = await theirs.seal("hello", { from: "ann", to: "", id: "id-3" });
  server.kept = [said(3, { text, sealed: true }), said(4, { text: "I am Ann, and this is clear" })];
  line.live();
  await server.pass();
  assert.deepEqual(store.state.chat.messages.map((m) => [m.text, m.closed]), [["", true], ["", true]]);
  keys.use(key, 1, true);
  while (store.state.chat.messages.length < 3) await server.pass();
  assert.deepEqual(texts(), ["hello", "", "secret"]);
  const sent = server.kept.find((s) => s.message.from === "me");
  assert.ok(sent?.sealed && !sent.message.text.includes("secret"));
  assert.equal(await theirs.open(sent.message.text, sent.message), "secret");
});

test("packets that make no sense change nothing but a look at the server", async () => {
  const { server, line, texts } = began();
  for (const text of ["", "{}", "null", "[]", '{"n":1}', JSON.stringify(raw(-1)), JSON.stringify(raw(2, { text: 5 })), JSON.stringify(raw(3, { rev: 1 }))]) await line.told(text);
  await server.pass();
  assert.deepEqual(texts(), []);
  const odd = saidFrom(raw(2, { sticker: { src: "https://evil.example/x.png", alt: { en: "x" } }, reactions: [{ src: "//x", by: ["a"] }, 7, { kind: "reaction", name: "heart", symbol: "❤️", alt: { en: "Heart" }, by: ["a", 5] }] }), "en");
  assert.equal(odd?.message.sticker, null);
  assert.deepEqual(odd?.message.reactions.map((r) => [r.name, r.by]), [["heart", ["a"]]]);
});

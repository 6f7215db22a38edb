import assert from "node:assert/strict";
import { test } from "node:test";
import { type Chat, type ChatAction, type Message, type Pending, find, lastOwn, noChat, opened, reduceChat, shownSince, silenced } from "./chat.ts";

const message = (n: number, change: Partial<Message> = {}): Message => ({
  n, rev: n, id: `id-${n}`, from: "ann", by: "Ann", to: "", toName: "", text: `text ${n}`, closed: false,
  sticker: null, file: null, reply: 0, at: n, edited: 0, deleted: false, reactions: [], ...change,
});
const pending = (id: string, change: Partial<Pending> = {}): Pending => ({
  id, to: "", toName: "", text: "mine", sticker: null, file: null, reply: 0, at: 1, status: "sending", fault: "", ...change,
});
const after = (...actions: ChatAction[]): Chat => actions.reduce(reduceChat, noChat);
const said = (messages: Message[], first = false): ChatAction => ({ type: "chatMessages", messages, self: "me", first });
const texts = (chat: Chat) => chat.messages.map((m) => m.text);

test("whatever the order and however often, each message is there once and in its place", () => {
  const all = [message(3), message(9), message(12), message(40)];
  const wanted = texts(after(said(all)));
  for (const order of [[3, 2, 1, 0], [1, 1, 0, 3, 2, 3], [2, 0, 3, 1, 0]]) {
    const chat = after(...order.map((i) => said([all[i] as Message])));
    assert.deepEqual(texts(chat), wanted);
  }
  const again = after(said(all));
  assert.equal(reduceChat(again, said(all)), again, "what is known changes nothing");
});

test("the later change of a message counts, also when the earlier one comes after it", () => {
  const edited = message(3, { rev: 20, text: "better", edited: 5 });
  const chat = after(said([message(3)]), said([edited]), said([message(3)]), said([message(3, { rev: 11, text: "between" })]));
  assert.deepEqual(texts(chat), ["better"]);
  assert.equal(find(chat.messages, 3), edited);
});

test("one's own message replaces what was on its way, whichever answer comes first", () => {
  const chat = after({ type: "chatPending", pending: pending("id-7") }, { type: "chatPending", pending: pending("other") }, said([message(7, { from: "me" })]));
  assert.deepEqual(chat.pending.map((p) => p.id), ["other"]);
  assert.equal(chat.unread, 0);
  const foreign = after({ type: "chatPending", pending: pending("id-7") }, said([message(7)]));
  assert.equal(foreign.pending.length, 1, "somebody else's id is not mine");
});

test("what failed says why, and is tried again or dropped", () => {
  let chat = after({ type: "chatPending", pending: pending("a") }, { type: "chatStatus", id: "a", status: "failed", fault: "Too long" });
  assert.equal(chat.pending[0]?.fault, "Too long");
  chat = reduceChat(chat, { type: "chatStatus", id: "a", status: "sending" });
  assert.equal(chat.pending[0]?.fault, "");
  assert.equal(reduceChat(chat, { type: "chatDropped", id: "a" }).pending.length, 0);
});

test("only what others wrote since one looked is unread", () => {
  let chat = after(said([message(1), message(2)], true));
  assert.equal(chat.unread, 0, "what was there before one came is no news");
  chat = reduceChat(chat, said([message(5), message(6, { from: "me" }), message(8)]));
  assert.equal(chat.unread, 2);
  chat = reduceChat(chat, said([message(5, { rev: 9, deleted: true, text: "" })]));
  assert.equal(chat.unread, 1);
  chat = opened(chat, true);
  assert.equal(chat.unread, 0);
  chat = reduceChat(chat, said([message(20)]));
  assert.equal(chat.unread, 0, "it is in sight");
  chat = reduceChat(opened(chat, false), said([message(21), message(1, { rev: 22 })]));
  assert.equal(chat.unread, 1, "an edit of what was read is not new");
});

test("a reply or an edit of what is deleted meanwhile is let go", () => {
  const chat = after(said([message(1), message(2)]), { type: "chatReply", n: 1 });
  assert.equal(chat.reply, 1);
  assert.equal(reduceChat(chat, { type: "chatEdit", n: 2 }).reply, 0, "one of the two at a time");
  assert.equal(reduceChat(chat, said([message(1, { rev: 5, deleted: true })])).reply, 0);
});

test("a message that could not be opened is replaced once it can be", () => {
  const closed = message(4, { closed: true, text: "" });
  const chat = after(said([closed]), said([message(4)]), said([closed]));
  assert.deepEqual(texts(chat), ["text 4"]);
});

test("the newest message of one's own is what Up edits", () => {
  const mine = (n: number, change: Partial<Message> = {}) => message(n, { from: "me", ...change });
  const chat = after(said([mine(1), mine(2, { deleted: true }), mine(3, { sticker: { src: "", symbol: "x", alt: "x" } }), message(4)]));
  assert.equal(lastOwn(chat, "me")?.n, 1);
  assert.equal(lastOwn(noChat, "me"), undefined);
});

test("who may not write is told whose word that is, at once and only then", () => {
  const open = { may: { chat: true } };
  const closed = { may: { chat: false } };
  const silent = after({ type: "chatMay", may: false });
  assert.equal(silenced(noChat, open), null);
  assert.equal(silenced(silent, closed), "host");
  assert.equal(silenced(silent, open), "rules", "the organization's policies");
  assert.equal(silenced(noChat, closed), null, "who leads writes on");
  assert.equal(silenced(reduceChat(silent, { type: "chatMay", may: true }), closed), null);
  assert.equal(reduceChat(silent, { type: "chatMay", may: false }), silent, "the same word changes nothing");
});

test("what is kept from who came later is said, unless they have read it", () => {
  const since: ChatAction = { type: "chatSince", since: 5 };
  assert.equal(shownSince(after(since)), 5);
  assert.equal(shownSince(after(since, said([message(5), message(9)]))), 5);
  assert.equal(shownSince(after(said([message(4)]), since)), 0, "it was there before the rule changed");
  assert.equal(shownSince(after(said([message(4)]))), 0);
});

test("a try that fails like the one before changes nothing", () => {
  const waiting: ChatAction = { type: "chatStatus", id: "a", status: "waiting" };
  const chat = after({ type: "chatPending", pending: pending("a") }, { type: "chatPending", pending: pending("b") }, waiting);
  assert.equal(reduceChat(chat, waiting), chat);
  assert.equal(reduceChat(chat, { type: "chatStatus", id: "gone", status: "waiting" }), chat);
  const failed = reduceChat(chat, { type: "chatStatus", id: "b", status: "failed", fault: "Too long" });
  assert.equal(failed.pending[0], chat.pending[0], "the others stay the same objects");
  assert.notEqual(reduceChat(failed, { type: "chatStatus", id: "b", status: "failed", fault: "No room" }), failed);
});

test("the newest message is put after the others without these being put in order again", () => {
  let looks = 0;
  const counted = (n: number): Message => Object.defineProperty(message(n), "n", { enumerable: true, get: () => (looks++, n) });
  let chat = after(said(Array.from({ length: 1000 }, (_, i) => counted(i + 1)), true));
  looks = 0;
  for (let n = 1001; n <= 1010; n++) chat = reduceChat(chat, said([message(n)]));
  assert.equal(chat.messages.length, 1010);
  assert.ok(looks < 2 * 10 * 1000, `${looks} looks: each is looked at once, for what is unread`);
  assert.equal(find(chat.messages, 500)?.n, 500);
  assert.equal(find(chat.messages, 0), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatKeys } from "../encryption/chat.ts";
import { makeKey } from "../encryption/seal.ts";
import type { Pending } from "../state/chat.ts";
import { Store, initialState } from "../state.ts";
import type { MeetingSession } from "../types.ts";
import { ChatLine, type Wire } from "./chat.ts";
import { type Said, saidFrom } from "./chatwire.ts";

const meeting = { identity: "me", urls: { chat: "/m/x/chat" }, csrf: "" } as MeetingSession;
const raw = (n: number, change: object = {}) => ({
  n, rev: n, prev: 0, id: `id-${n}`, from: "ann", by: "Ann", to: "", toName: "", text: "", sealed: false,
  sticker: null, file: null, reply: 0, at: 1, edited: 0, deleted: false, reactions: [], ...change,
});
const said = (n: number, change: object = {}): Said => saidFrom(raw(n, change), "en") as Said;

/** A server that keeps files, and a line that can break while one is on its way. */
class Server implements Wire {
  kept: Said[] = [];
  bytes = new Map<string, ArrayBuffer>();
  texts: string[] = [];
  /** What becomes of the next uploads; without one they arrive. */
  fates: ("no line" | "cut" | "answer lost" | "refused" | "full" | "a program" | "never ends")[] = [];
  uploads = 0;
  #timers: (() => void)[] = [];
  #ids = 0;

  id = () => `own-${++this.#ids}`;
  later = (_ms: number, then: () => void) => void this.#timers.push(then);
  read: Wire["read"] = async () => ({ kind: "ok", value: { said: [], upto: 0, more: false, since: 0 } });
  post: Wire["post"] = async (_meeting, _path, fields) => {
    this.texts.push(fields["text"] ?? "");
    return { kind: "ok", value: said(500 + this.texts.length, { id: fields["id"], from: "me", text: fields["text"] }) };
  };
  file: Wire["file"] = async (_meeting, id) => this.bytes.get(id) ?? null;
  upload: Wire["upload"] = async (_meeting, fields, file, _language, sent, stop) => {
    this.uploads++;
    const fate = this.fates.shift();
    if (fate === "no line") return { kind: "again", after: 0 };
    sent(40);
    if (fate === "refused") return { kind: "no", fault: "No room", final: false };
    if (fate === "a program") return { kind: "no", fault: "Programs cannot be sent", final: true };
    if (fate === "cut") return { kind: "again", after: 0 };
    if (fate === "full") return { kind: "again", after: 1000, fault: "Many files" };
    if (fate === "never ends") {
      await new Promise((go) => stop.addEventListener("abort", go));
      return { kind: "again", after: 0 };
    }
    const known = this.kept.find((s) => s.message.id === fields["id"]);
    const n = 100 + this.kept.length;
    const one = known ?? said(n, {
      id: fields["id"], from: "me", to: fields["to"], text: fields["text"], sealed: fields["sealed"] === "yes",
      file: { id: `file-${n}`, name: fields["name"], size: file.size, width: 0, height: 0 },
    });
    if (!known) {
      this.kept.push(one);
      this.bytes.set(`file-${n}`, await file.arrayBuffer());
    }
    return fate === "answer lost" ? { kind: "again", after: 0 } : { kind: "ok", value: one };
  };
  async rest(): Promise<void> {
    for (let i = 0; i < 5; i++) await new Promise((go) => setTimeout(go));
  }
  async pass(): Promise<void> {
    for (let i = 0; i < 30; i++) {
      for (const then of this.#timers.splice(0)) then();
      await new Promise((go) => setTimeout(go));
    }
  }
}

function began(keys: ChatKeys | null = null) {
  const server = new Server();
  const store = new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
  const line = new ChatLine(meeting, store, keys, "en", server);
  const shown = () => store.state.chat.messages.map((m) => [m.file?.name, m.text]);
  const waits = () => store.state.chat.pending.map((p) => [p.file?.name ?? p.text, p.status, p.fault]);
  return { server, store, line, shown, waits };
}

test("a file arrives once, however often the line breaks on its way", async () => {
  const { server, store, line, shown, waits } = began();
  server.fates = ["no line", "cut", "answer lost"];
  line.files.attach(new File(["plan"], "../a\u202E plan.txt"), "the plan");
  await server.pass();
  assert.deepEqual(shown(), [["a plan.txt", "the plan"]]);
  assert.equal(server.kept.length, 1);
  assert.equal(server.uploads, 4);
  assert.deepEqual(waits(), []);
  assert.deepEqual(store.state.chat.progress, { id: "own-1", percent: 40 });
});

test("a large file holds no text up, and files go one after the other", async () => {
  const { server, line, shown, waits } = began();
  server.fates = ["never ends"];
  line.files.attach(new File(["1"], "one.txt"), "");
  line.files.attach(new File(["2"], "two.txt"), "");
  line.write("meanwhile");
  await server.pass();
  assert.deepEqual([server.texts, server.uploads], [["meanwhile"], 1]);
  assert.deepEqual(waits().map(([name]) => name), ["one.txt", "two.txt"]);
  line.drop("own-1"); // taken back: it stops, and the next one goes
  await server.pass();
  assert.deepEqual(shown(), [["two.txt", ""], [undefined, "meanwhile"]]);
  assert.deepEqual(waits(), []);
});

test("without a line a file waits as long as it takes; one that never gets through says so and can be tried again", async () => {
  const { server, line, shown, waits } = began();
  server.fates = Array.from({ length: 12 }, () => "no line" as const);
  line.files.attach(new File(["1"], "one.txt"), "");
  await server.pass();
  assert.deepEqual(shown(), [["one.txt", ""]]);
  server.fates = ["cut", "cut", "cut", "cut"];
  line.files.attach(new File(["2"], "two.txt"), "");
  await server.pass();
  assert.deepEqual(waits(), [["two.txt", "failed", ""]]);
  line.retry(waits().length === 1 ? "own-2" : "");
  await server.pass();
  assert.deepEqual(shown(), [["one.txt", ""], ["two.txt", ""]]);
  server.fates = ["full", "full", "full", "full"];
  line.files.attach(new File(["3"], "three.txt"), "");
  await server.pass();
  assert.deepEqual(waits(), [["three.txt", "failed", "Many files"]]);
  line.retry("own-3");
  await server.pass();
  assert.deepEqual(shown(), [["one.txt", ""], ["two.txt", ""], ["three.txt", ""]]);
});

test("however many files one attaches while the line is down, one try is to come", async () => {
  const { server, line, shown } = began();
  server.fates = ["no line"];
  for (const name of ["one.txt", "two.txt", "three.txt"]) {
    line.files.attach(new File(["1"], name), "");
    await server.rest();
  }
  assert.equal(server.uploads, 1);
  line.live();
  await server.rest();
  assert.deepEqual(shown().map(([name]) => name), ["one.txt", "two.txt", "three.txt"]);
  assert.equal(server.uploads, 4);
});

test("what the server refuses says why and holds nobody else up", async () => {
  const { server, line, shown, waits } = began();
  server.fates = ["refused", "a program"];
  for (const name of ["one.txt", "tool.txt", "two.txt"]) line.files.attach(new File(["1"], name), "");
  await server.pass();
  assert.deepEqual(shown(), [["two.txt", ""]]);
  assert.deepEqual(waits(), [["one.txt", "failed", "No room"], ["tool.txt", "refused", "Programs cannot be sent"]]);
  line.drop("own-2");
  assert.deepEqual(waits(), [["one.txt", "failed", "No room"]]);
  line.retry("own-1");
  await server.pass();
  assert.deepEqual(shown(), [["two.txt", ""], ["one.txt", ""]]);
});

test("a file that the page has lost is chosen again and arrives once, also if it had arrived", async () => {
  const { server, store, line, shown, waits } = began();
  const lost = (id: string): Pending => ({
    id, to: "", toName: "", text: "the plan", sticker: null, file: { name: "plan.txt", size: 4 }, reply: 0, at: 1, status: "lost", fault: "",
  });
  store.dispatch({ type: "chatPending", pending: lost("before") });
  line.files.live();
  await server.rest();
  assert.deepEqual([server.uploads, line.files.busy], [0, false], "there is nothing to send");
  server.kept.push(said(90, { id: "before", from: "me", text: "the plan", file: { id: "file-90", name: "plan.txt", size: 4 } }));
  line.files.again(lost("before"), new File(["plan"], "plan.txt"));
  line.files.again(lost("never"), new File(["better"], "plan 2.txt"));
  await server.pass();
  assert.deepEqual(server.kept.map((s) => s.message.id), ["before", "never"]);
  assert.deepEqual([shown(), waits()], [[["plan.txt", "the plan"], ["plan 2.txt", "the plan"]], []]);
});

test("who leaves the page is asked only while a file would be lost by it", async () => {
  const { server, line } = began();
  const busy = () => line.files.busy;
  assert.equal(busy(), false);
  line.write("a text is kept");
  server.fates = ["no line", "refused"];
  line.files.attach(new File(["1"], "one.txt"), "");
  assert.equal(busy(), true);
  await server.pass();
  assert.equal(busy(), false, "it has failed, and the person was told");
  server.fates = ["never ends"];
  line.retry("own-2");
  assert.equal(busy(), true);
  line.stop();
  assert.equal(busy(), false, "the meeting is over");
});

test("in an encrypted meeting the server gets neither the bytes nor the name, and the others open both", async () => {
  const key = makeKey();
  const keys = new ChatKeys();
  const theirs = new ChatKeys();
  const { server, line, shown } = began(keys);
  line.files.attach(new File(["the secret plan"], "secret.txt"), "psst");
  await server.pass();
  assert.equal(server.uploads, 0, "there is no key yet");
  keys.use(key, 3, true);
  theirs.use(key, 3, true);
  while (shown().length < 1) await server.pass();
  assert.deepEqual(shown(), [["secret.txt", "psst"]]);
  const [kept] = server.kept;
  const box = server.bytes.get("file-100") ?? new ArrayBuffer();
  assert.ok(kept?.sealed);
  assert.ok(!new TextDecoder().decode(box).includes("secret") && !kept.message.file?.name.includes("secret"));
  assert.equal(new TextDecoder().decode(new Uint8Array(box).slice(0, 8)), "parleyF1");
  const about = { from: "me", to: "", id: "own-1" };
  const opened = await theirs.openBytes(box, { ...about, part: "file" });
  assert.equal(new TextDecoder().decode(opened ?? new ArrayBuffer()), "the secret plan");
  for (const wrong of [about, { ...about, part: "name" as const }, { ...about, from: "ann", part: "file" as const }, { ...about, to: "ann", part: "file" as const }]) {
    assert.equal(await theirs.openBytes(box, wrong), null, "it is shown as something else");
  }
  assert.equal(await (await line.files.bytes({ ...kept.message, file: { id: "file-100", name: "", size: 0, width: 0, height: 0 } }))?.text(), "the secret plan");
});

test("in an encrypted meeting a file that came in the clear, or cannot be opened, is not shown", async () => {
  const keys = new ChatKeys();
  keys.use(makeKey(), 1, true);
  const { store, line } = began(keys);
  const file = { id: "file-1", name: "virus.txt", size: 9, width: 0, height: 0 };
  await line.told(JSON.stringify(raw(3, { file, text: "in the clear" })));
  await line.told(JSON.stringify(raw(4, { file, text: await keys.seal("words", { from: "ann", to: "", id: "id-4" }), sealed: true })));
  assert.deepEqual(store.state.chat.messages.map((m) => [m.file, m.text, m.closed]), [[null, "", true], [null, "", true]]);
  const { store: open, line: clear } = began();
  await clear.told(JSON.stringify(raw(3, { file, text: "1.1.x", sealed: true })));
  assert.deepEqual(open.state.chat.messages.map((m) => [m.file, m.closed]), [[null, true]]);
});

test("files whose address makes no sense are none", () => {
  for (const id of ["../../me", "", "a/b", "x".repeat(65), 7]) assert.equal(said(3, { file: { id, name: "a", size: 1 } }).message.file, null);
  assert.equal(said(3, { file: { id: "abc", name: "a", size: -1.5 } }).message.file?.size, 0);
});

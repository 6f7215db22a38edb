import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange } from "./exchange.ts";
import { codeOf, makeKey, makePair, open, seal } from "./seal.ts";

const quick = { ask: 5, confirm: 5, renew: 1, settle: 1 };

/** A meeting in memory: what is sent arrives, unless somebody is deaf. */
class Meeting {
  readonly roster: string[] = [];
  readonly people = new Map<string, { exchange: Exchange; key: string; keys: string[]; used: string; status: string; code: string }>();
  readonly deaf = new Set<string>();
  readonly seen: string[] = [];

  join(who: string): void {
    this.roster.push(who);
    const me = { key: "", keys: [] as string[], used: "", status: "", code: "" };
    const hex = (key: Uint8Array) => Buffer.from(key).toString("hex");
    const exchange = new Exchange(
      who,
      {
        onKey: (key, _epoch, current) => {
          me.key = hex(key);
          me.keys.push(me.key);
          if (current) me.used = hex(key);
        },
        onStatus: (status, code) => Object.assign(me, { status, code }),
      },
      quick,
    );
    this.people.set(who, Object.assign(me, { exchange }));
    exchange.attach({
      roster: () => [...this.roster],
      send: (to, message) => {
        this.seen.push(message);
        for (const other of to) if (!this.deaf.has(other)) this.people.get(other)?.exchange.received(who, message);
      },
    });
    this.#changed();
  }

  leave(who: string): void {
    this.people.get(who)?.exchange.stop();
    this.people.delete(who);
    this.roster.splice(this.roster.indexOf(who), 1);
    this.#changed();
  }

  get(who: string) {
    const found = this.people.get(who);
    assert.ok(found);
    return found;
  }

  /** Waits until everybody but these uses one key, which is not that one. Returns it. */
  async agreed(not = "", but: string[] = []): Promise<string> {
    for (;;) {
      const all = [...this.people].filter(([who]) => !but.includes(who)).map(([, p]) => p);
      const key = all[0]?.used ?? "";
      if (key !== "" && key !== not && all.every((p) => p.used === key && p.status === "on" && p.code === all[0]?.code && p.code !== "")) return key;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  end(): void {
    for (const { exchange } of this.people.values()) exchange.stop();
  }

  #changed(): void {
    for (const { exchange } of this.people.values()) exchange.peopleChanged();
  }
}

test("everybody comes to one key, which changes when somebody comes or goes", { timeout: 60_000 }, async () => {
  const meeting = new Meeting();
  meeting.join("ann");
  const alone = await meeting.agreed();
  meeting.join("bob");
  meeting.join("cat");
  const three = await meeting.agreed(alone);
  const code = meeting.get("cat").code;
  assert.equal(meeting.get("ann").code, code);
  meeting.leave("cat");
  const two = await meeting.agreed(three);
  assert.equal(meeting.get("bob").code, code);
  assert.equal(meeting.seen.some((m) => [alone, three, two].some((key) => m.includes(Buffer.from(key, "hex").toString("base64")))), false);
  meeting.end();
});

test("when who makes the keys leaves, another makes a new one, under a new code", { timeout: 60_000 }, async () => {
  const meeting = new Meeting();
  for (const who of ["ann", "bob", "cat"]) meeting.join(who);
  const first = await meeting.agreed();
  const code = meeting.get("cat").code;
  meeting.leave("ann");
  await meeting.agreed(first);
  assert.notEqual(meeting.get("cat").code, code);
  meeting.end();
});

test("who gets no answer from the first asks others", { timeout: 60_000 }, async () => {
  const meeting = new Meeting();
  meeting.join("ann");
  meeting.join("bob");
  const before = await meeting.agreed();
  meeting.deaf.add("ann"); // her page is frozen: it neither answers nor makes a new key for long
  meeting.join("cat");
  for (; meeting.get("cat").used === ""; ) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(before !== "" && meeting.get("cat").status === "on");
  assert.equal(meeting.get("cat").code, "", "only the maker's own word gives the code");
  meeting.end();
});

test("who is answered by nobody is told, and has no key", { timeout: 60_000 }, async () => {
  const meeting = new Meeting();
  meeting.join("ann");
  meeting.join("bob");
  await meeting.agreed();
  meeting.deaf.add("ann").add("bob");
  meeting.join("eve");
  for (; meeting.get("eve").status !== "stuck"; ) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(meeting.get("eve").key, "");
  meeting.end();
});

test("a key that nobody asked for, of who does not make them, is not taken", { timeout: 60_000 }, async (t) => {
  const meeting = new Meeting();
  t.after(() => meeting.end());
  for (const who of ["ann", "bob", "eve"]) meeting.join(who);
  const key = await meeting.agreed(); // bob has the maker's own word, and asks nobody any more
  const forged = makeKey();
  const [eve, asked] = [await makePair(), meeting.seen.map((m) => JSON.parse(m) as { t: string; key: string }).filter((m) => m.t === "ask")];
  for (const { key: theirs } of asked) {
    const box = await seal(forged, 9, eve, theirs);
    for (const who of ["ann", "bob"]) meeting.get(who).exchange.received("eve", JSON.stringify({ t: "key", by: eve.public, epoch: 9, box }));
    meeting.get("bob").exchange.received("stranger", JSON.stringify({ t: "key", by: eve.public, epoch: 9, box }));
  }
  for (const nonsense of ["", "{", "null", '{"t":"ask"}', '{"t":"key","by":"?","epoch":1,"box":"?"}', '{"t":"ask","key":"?"}', '{"t":"key","by":"","epoch":-1,"box":""}']) {
    meeting.get("ann").exchange.received("eve", nonsense);
    meeting.get("bob").exchange.received("ann", nonsense);
  }
  meeting.join("dan"); // what came before has been dealt with once he has the key
  await meeting.agreed(key);
  for (const who of ["ann", "bob", "dan"]) {
    assert.ok(meeting.get(who).keys.length > 0);
    assert.ok(!meeting.get(who).keys.includes(Buffer.from(forged).toString("hex")), `${who} took what nobody asked for`); // not even for a moment
  }
});

test("a sealed key opens for whom it is, from whom it is, in its epoch", async () => {
  const [ann, bob, eve] = await Promise.all([makePair(), makePair(), makePair()]);
  const key = makeKey();
  const box = await seal(key, 3, ann, bob.public);
  assert.deepEqual(await open(box, 3, bob, ann.public), key);
  await assert.rejects(open(box, 4, bob, ann.public));
  await assert.rejects(open(box, 3, eve, ann.public));
  await assert.rejects(open(box, 3, bob, eve.public));
  await assert.rejects(open(box.slice(4), 3, bob, ann.public));
  assert.match(await codeOf(ann.public), /^(\d{5} ){3}\d{5}$/);
  assert.notEqual(await codeOf(ann.public), await codeOf(eve.public));
});

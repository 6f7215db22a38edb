import assert from "node:assert/strict";
import { test } from "node:test";
import { newsOf, spoken, timeNews } from "./news.ts";
import { type Person, Store, initialState, reduce, turned } from "./state.ts";
import { textsFrom } from "./texts.ts";

const person = (identity: string, self = false): Person => ({
  identity,
  name: identity.toUpperCase(),
  self,
  microphone: true,
  video: null,
});
const start = () => initialState({ endsAt: 100_000, offset: 0 }, "Free", 100);
const t = textsFrom({
  "meeting.news.joined": "{name} joined",
  "meeting.news.left": "{name} left",
  "meeting.news.joined.many.other": "{n} people joined",
  "meeting.news.back": "You are back",
  "meeting.news.lifted": "Until {left}",
  "meeting.news.minutes.one": "{n} minute left",
  "meeting.news.minutes.other": "{n} minutes left",
  "meeting.minutes.one": "{n} minute",
  "meeting.minutes.other": "{n} minutes",
  "meeting.upgrade.thanks": "Thank you",
  "meeting.upgrade.changed": "{plan} has room for {people}",
  "meeting.news.shortened": "Shortened",
  "meeting.hours": "{hours} h {minutes} min",
});
const told = (before = start(), after = start()) => newsOf(after, before, t, 0).map((n) => n.text);

test("of a hundred people read anew, who is as before stays the same, and nobody is told when all are", () => {
  const store = new Store(start());
  const crowd = () => Array.from({ length: 100 }, (_, i) => person(`p${i}`));
  store.dispatch({ type: "people", people: crowd() });
  store.dispatch({ type: "faces", faces: { p1: "/picture/a/b.jpg" } });
  let calls = 0;
  store.subscribe(() => calls++);
  const before = store.state.people;
  store.dispatch({ type: "people", people: crowd() });
  store.dispatch({ type: "faces", faces: { p1: "/picture/a/b.jpg" } });
  assert.equal(calls, 1);
  store.dispatch({ type: "people", people: [...crowd().slice(0, 99), { ...person("p99"), microphone: false }, person("p100")] });
  assert.equal(calls, 2);
  assert.equal(store.state.people[7], before[7]);
  assert.notEqual(store.state.people[99], before[99]);
  assert.equal(store.state.people.length, 101);
});

test("an action that changes nothing tells nobody", () => {
  const store = new Store(start());
  let calls = 0;
  store.subscribe(() => calls++);
  store.dispatch({ type: "connection", connection: "connecting" });
  store.dispatch({ type: "speaking", speaking: new Set() });
  assert.equal(calls, 1);
  store.dispatch({ type: "connection", connection: "live" });
  assert.equal(calls, 2);
});

test("a listener sees the state before and after, and can stop listening", () => {
  const store = new Store(start());
  const seen: string[] = [];
  const stop = store.subscribe((now, before) => seen.push(`${before.connection}>${now.connection}`));
  store.dispatch({ type: "connection", connection: "live" });
  stop();
  store.dispatch({ type: "connection", connection: "reconnecting" });
  assert.deepEqual(seen, ["connecting>connecting", "connecting>live"]);
});

test("a page that is leaving stays leaving", () => {
  const leaving = reduce(start(), { type: "connection", connection: "leaving" });
  assert.equal(reduce(leaving, { type: "connection", connection: "live" }).connection, "leaving");
});

test("who left speaks no more", () => {
  let state = reduce(start(), { type: "people", people: [person("a"), person("b")] });
  state = reduce(state, { type: "speaking", speaking: new Set(["a", "b"]) });
  state = reduce(state, { type: "people", people: [person("b")] });
  assert.deepEqual([...state.speaking], ["b"]);
});

test("one's own devices change without touching each other", () => {
  const state = reduce(start(), { type: "own", kind: "camera", change: { on: true, device: "c1" } });
  assert.equal(state.camera.on, true);
  assert.equal(state.microphone.on, false);
});

test("the menu of who may end the meeting closes when they do not lead any more, and no other does", () => {
  const said = (rev: number, host: string, cohosts: string[]) => ({ type: "host", act: { do: "said", hosting: { ...start().host, rev, host, cohosts } } }) as const;
  const people = reduce(start(), { type: "people", people: [person("other"), person("me", true)] });
  const led = reduce(reduce(people, said(1, "other", ["me"])), { type: "menu", menu: "leave" });
  assert.equal(reduce(led, said(2, "me", [])).menu, "leave");
  assert.equal(reduce(led, said(2, "other", [])).menu, null);
  assert.equal(reduce(led, said(0, "other", [])).menu, "leave"); // older than what is known
  assert.equal(reduce(reduce(led, { type: "menu", menu: "more" }), said(2, "other", [])).menu, "more");
});

test("opening a panel or the offers closes the menu", () => {
  const open = reduce(start(), { type: "menu", menu: "more" });
  assert.equal(reduce(open, { type: "togglePeople" }).menu, null);
  assert.equal(reduce(open, { type: "upgrade", upgrade: "open" }).menu, null);
});

test("a lift keeps the plan's name unless a new one came", () => {
  const clock = { endsAt: 0, offset: 0 };
  assert.equal(reduce(start(), { type: "limits", clock }).plan, "Free");
  assert.equal(reduce(start(), { type: "limits", clock, plan: "Pro", limit: 150 }).plan, "Pro");
});

test("a lifted limit closes the offers and thanks who paid", () => {
  const paying = reduce(start(), { type: "upgrade", upgrade: "paying" });
  const drift = reduce(paying, { type: "limits", clock: { endsAt: 100_900, offset: 0 } });
  assert.equal(drift.upgrade, "paying");
  const lifted = reduce(paying, { type: "limits", clock: { endsAt: 9_000_000, offset: 0 } });
  assert.equal(lifted.upgrade, "closed");
  assert.deepEqual(told(paying, lifted), ["Thank you"]);
});

test("room for more people ends the paying of who changed the plan, and nobody else's", () => {
  const paying = reduce(start(), { type: "upgrade", upgrade: "paying" });
  const wider = { type: "limits", clock: { endsAt: 100_000, offset: 0 }, plan: "Business", limit: 300 } as const;
  const changed = reduce(paying, wider);
  assert.equal(changed.upgrade, "closed");
  assert.deepEqual(told(paying, changed), ["Business has room for 300"]);
  const open = reduce(start(), { type: "upgrade", upgrade: "open" });
  assert.equal(reduce(open, wider).upgrade, "open");
  assert.deepEqual(told(open, reduce(open, wider)), []);
});

test("a plan that was bought ends the paying, also where a quota hides what it gives", () => {
  const paying = reduce(start(), { type: "upgrade", upgrade: "paying" });
  const same = { type: "limits", clock: { endsAt: 100_000, offset: 0 }, plan: start().plan, limit: start().limit } as const;
  assert.equal(reduce(paying, same).upgrade, "paying");
  assert.equal(reduce(paying, { ...same, plan: "Business" }).upgrade, "closed");
});

test("a meeting that an admin shortens says so, and offers nothing that would not help", () => {
  const open = reduce(start(), { type: "upgrade", upgrade: "open" });
  const shorter = reduce(open, { type: "limits", clock: { endsAt: 40_000, offset: 0 } });
  assert.equal(shorter.held, true);
  assert.equal(shorter.upgrade, "closed");
  assert.deepEqual(told(open, shorter), ["Shortened"]);
  const lifted = reduce(shorter, { type: "limits", clock: { endsAt: 9_000_000, offset: 0 } });
  assert.equal(lifted.held, false);
});

test("comings and goings are told by name, many at once as a number", () => {
  const alone = { ...start(), connection: "live" as const, people: [person("me", true)] };
  const two = { ...alone, people: [person("a"), person("me", true)] };
  const many = { ...alone, people: [person("a"), person("b"), person("c"), person("me", true)] };
  assert.deepEqual(told(alone, two), ["A joined"]);
  assert.deepEqual(told(two, alone), ["A left"]);
  assert.deepEqual(told(alone, many), ["3 people joined"]);
});

test("those who were there first are not announced", () => {
  const coming = { ...start(), people: [person("me", true)] };
  assert.deepEqual(told(coming, { ...coming, people: [person("a"), person("me", true)] }), []);
});

test("a line that is back and a lifted limit are told", () => {
  const down = { ...start(), connection: "reconnecting" as const };
  assert.deepEqual(told(down, { ...down, connection: "live" }), ["You are back"]);
  const lifted = { ...start(), clock: { endsAt: 30 * 3_600_000, offset: 0 } };
  assert.deepEqual(told(start(), lifted), ["Until 30 h 0 min"]);
});

test("time warnings name the minutes, the last one in red", () => {
  assert.deepEqual(timeNews(301_000, 299_000, t), [{ text: "5 minutes left", tone: "lamp" }]);
  assert.deepEqual(timeNews(61_000, 59_000, t), [{ text: "1 minute left", tone: "danger" }]);
  assert.deepEqual(timeNews(59_000, 58_000, t), []);
});

test("lengths read as people say them", () => {
  assert.equal(spoken(12 * 60_000, t), "12 minutes");
  assert.equal(spoken(20_000, t), "1 minute");
});

test("there is a page to turn to only as far as there are pages", () => {
  assert.deepEqual([turned({ page: 0, pages: 1 }, 1), turned({ page: 0, pages: 1 }, -1)], [null, null]);
  assert.deepEqual([turned({ page: 0, pages: 3 }, 1), turned({ page: 2, pages: 3 }, 1), turned({ page: 2, pages: 3 }, -1)], [1, null, 1]);
});

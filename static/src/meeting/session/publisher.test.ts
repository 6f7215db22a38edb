import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ConnectionState, type Room, RoomEvent } from "livekit-client";
import { Publisher } from "./publisher.ts";
import { Source } from "./source.ts";

const track = () =>
  Object.assign(new EventTarget(), { enabled: true, readyState: "live", getSettings: () => ({}), stop() {} }) as unknown as MediaStreamTrack;

/** A room that does not take the first so many tracks. */
function began(t: TestContext, refusals: number, permissions?: object) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(console, "warn", () => undefined);
  const sources = { microphone: new Source("microphone", true), camera: new Source("camera", false) };
  sources.microphone.adopt(track());
  const at = { tries: 0, sent: null as unknown, unsent: [] as string[] };
  const heard = new Map<string, () => void>();
  const room = {
    state: ConnectionState.Connected,
    on: (event: string, then: () => void) => heard.set(event, then),
    localParticipant: {
      permissions,
      getTrackPublication: (source: string) => (at.sent && source === "microphone" ? { track: { mediaStreamTrack: at.sent }, isMuted: false } : undefined),
      publishTrack: async (one: unknown) => {
        if (++at.tries <= refusals) throw new Error("no answer");
        at.sent = one;
      },
    },
  };
  const publisher = new Publisher(room as unknown as Room, sources, () => undefined, (kind) => at.unsent.push(kind));
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  publisher.start();
  return { at, publisher, sources, room, heard, pass };
}

test("a microphone that the node did not take is sent again, and its person hears of it once", async (t) => {
  const { at, sources, pass } = began(t, 3);
  await pass(0);
  assert.deepEqual([at.tries, at.unsent], [1, []]);
  await pass(1000);
  assert.deepEqual([at.tries, at.unsent], [2, ["microphone"]]);
  await pass(2000);
  await pass(5000);
  await pass(60_000);
  assert.deepEqual([at.tries, at.unsent], [4, ["microphone"]]);
  assert.equal(at.sent, sources.microphone.track);
});

test("one that was switched off meanwhile is not sent, and neither is any after the room was left", async (t) => {
  for (const leave of [false, true]) {
    const { at, publisher, sources, pass } = began(t, 9);
    await pass(0);
    if (leave) publisher.stop();
    else await sources.microphone.turn(false);
    await pass(60_000);
    assert.deepEqual([at.tries, at.unsent], [1, []]);
    t.mock.reset();
    t.mock.timers.reset();
  }
});

test("who may not send is neither tried for nor told that it does not work", async (t) => {
  const { at, pass } = began(t, 9, { canPublish: false, canPublishSources: [] });
  await pass(0);
  await pass(60_000);
  assert.deepEqual([at.tries, at.unsent], [1, []]);
});

test("what was lost with the line is sent when it is back", async (t) => {
  const { at, sources, heard, pass } = began(t, 0);
  await pass(0);
  assert.equal(at.tries, 1);
  at.sent = null;
  heard.get(RoomEvent.Reconnected)?.();
  await pass(0);
  assert.deepEqual([at.tries, at.sent], [2, sources.microphone.track]);
});

test("a track that the room ended in waiting is had anew", async (t) => {
  const { at, sources, pass } = began(t, 1);
  const fresh = track();
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [fresh] }) } } });
  await pass(0);
  Object.assign(sources.microphone.track as object, { readyState: "ended" });
  await pass(1000);
  await pass(0);
  assert.equal(at.sent, fresh);
});

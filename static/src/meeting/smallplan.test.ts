import assert from "node:assert/strict";
import { test } from "node:test";
import { noSeating } from "./seating.ts";
import { type FloatState, planPicture, planSmall } from "./smallplan.ts";
import type { Person, Picture } from "./state.ts";
import { initialStage, reduceStage, shareTile } from "./state/stage.ts";

const names = (n: number) => Array.from({ length: n }, (_, i) => `p${i}`);
const view = (n: number, change: Partial<Parameters<typeof planSmall>[1]> = {}) => ({
  others: names(n),
  self: "me",
  speaking: new Set<string>(),
  stage: initialStage,
  spotlight: "",
  size: { width: 364, height: 340 },
  now: 0,
  ...change,
});
const tiles = (v: ReturnType<typeof view>) => planSmall(noSeating, v).places.map((p) => p.tile);
const sharing = reduceStage(initialStage, { do: "shares", shares: [{ identity: "p1", name: "p1", picture: null, sound: false }] });
const sizes = [[364, 340], [310, 150], [244, 120], [120, 90], [684, 420], [300, 600], [1, 1]] as const;

test("nobody is shown so small that they are not seen, and everything stays in the window", () => {
  for (const [width, height] of sizes) {
    for (const stage of [initialStage, sharing, { ...initialStage, pin: "p2" }]) {
      for (const n of [0, 1, 2, 4, 30]) {
        const { places } = planSmall(noSeating, view(n, { stage, size: { width, height } }));
        assert.equal(new Set(places.map((p) => p.tile)).size, places.length);
        for (const { box, tile } of places) {
          const where = `${tile} of ${n} in ${width} × ${height}`;
          assert.ok(box.x >= -0.01 && box.y >= -0.01 && box.x + box.width <= width + 0.01 && box.y + box.height <= height + 0.01, where);
          if (places.length > 1) assert.ok(box.width >= 80 && box.height >= 76, where);
        }
      }
    }
  }
});

test("with room for one alone it is who speaks, and not oneself", () => {
  const size = { width: 200, height: 110 };
  assert.deepEqual(tiles(view(4, { size })), ["p0"]);
  const talking = planSmall(noSeating, view(4, { size, speaking: new Set(["p3"]), now: 10_000 })).seating;
  assert.equal(planSmall(talking, view(4, { size, speaking: new Set(["p3"]), now: 12_000 })).places[0]?.tile, "p3");
  assert.deepEqual(tiles(view(0, { size })), ["me"]);
});

test("a screen has the whole width, and people stand below it where there is height", () => {
  const { large, places } = planSmall(noSeating, view(6, { stage: sharing }));
  assert.equal(large, shareTile("p1"));
  assert.deepEqual([places[0]?.tile, places[0]?.box.width], [large, 364]);
  assert.equal(places.at(-1)?.tile, "me");
  assert.ok(places.slice(1).every((p) => p.box.y >= (places[0]?.box.height ?? 0)));
  assert.equal(planSmall(noSeating, view(6, { stage: sharing, size: { width: 364, height: 160 } })).places.length, 1);
});

test("who hides from themselves is not there", () => {
  assert.ok(!tiles(view(3, { stage: { ...initialStage, hideSelf: true } })).includes("me"));
});

const picture = (name: string): Picture => ({ name, mediaStreamTrack: {}, attach: () => undefined, detach: () => undefined }) as unknown as Picture;
const pictures = Object.fromEntries([...names(3), "me", "screen"].map((name) => [name, picture(name)]));
const person = (identity: string, shows = true): Person => ({ identity, name: identity, self: identity === "me", microphone: true, video: shows ? (pictures[identity] ?? null) : null });
const meeting = (change: Partial<FloatState> = {}): FloatState =>
  ({ people: [person("me"), ...names(3).map((n) => person(n))], stage: initialStage, speaking: new Set(), host: { spotlight: "" }, ...change }) as FloatState;
const floated = (state: FloatState) => planPicture(noSeating, state, 0).floated?.tile ?? null;

test("a picture that floats alone is that of who is wanted large, else of who comes first", () => {
  assert.equal(floated(meeting()), "p0");
  assert.equal(floated(meeting({ stage: { ...initialStage, pin: "p2" } })), "p2");
  assert.equal(floated(meeting({ people: [person("me"), person("p0", false), person("p1")] })), "p1", "who shows none is left out");
  const coming = { ...person("p0"), video: { ...picture("p0"), mediaStreamTrack: null } };
  assert.equal(floated(meeting({ people: [person("me"), coming, person("p1")] })), "p1", "one that has not come yet is waited for on the stage");
  assert.equal(floated(meeting({ people: [person("me"), person("p0", false)] })), "me");
  assert.equal(floated(meeting({ people: [person("me", false), person("p0", false)] })), null);
  assert.equal(floated(meeting({ stage: { ...initialStage, soundOnly: true } })), "me", "nothing is received for it");
  const shown = { identity: "p1", name: "p1", picture: pictures["screen"] ?? null, sound: false };
  assert.equal(floated(meeting({ stage: reduceStage(initialStage, { do: "shares", shares: [shown] }) })), shareTile("p1"));
});

test("it follows who speaks for a while, and stays with them in silence", () => {
  let seating = noSeating;
  const at = (now: number, ...who: string[]) => {
    const plan = planPicture(seating, meeting({ speaking: new Set(who) }), now);
    seating = plan.seating;
    return plan.floated?.tile;
  };
  assert.equal(at(10_000), "p0");
  assert.equal(at(10_100, "p2"), "p0", "a word is not enough");
  assert.equal(at(11_400, "p2"), "p2");
  assert.equal(at(20_000), "p2");
});

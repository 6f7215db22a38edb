import assert from "node:assert/strict";
import { test } from "node:test";
import { noSeating } from "./seating.ts";
import { planSmall } from "./smallplan.ts";
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

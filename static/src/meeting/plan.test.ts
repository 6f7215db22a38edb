import assert from "node:assert/strict";
import { test } from "node:test";
import { type View, planStage } from "./plan.ts";
import { noSeating } from "./seating.ts";
import { type Layout, initialStage, reduceStage, shareTile } from "./state/stage.ts";

const names = (n: number) => Array.from({ length: n }, (_, i) => `p${i}`);
const sharing = (...who: string[]) => reduceStage(initialStage, { do: "shares", shares: who.map((identity) => ({ identity, name: identity, picture: null, sound: false })) });
const view = (n: number, change: Partial<View> = {}): View => ({
  others: names(n),
  self: "me",
  speaking: new Set(),
  stage: initialStage,
  spotlight: "",
  page: 0,
  size: { width: 1408, height: 724 },
  pager: 46,
  screen: 1440,
  now: 0,
  ...change,
});
const tiles = (v: View) => planStage(noSeating, v).places.map((p) => p.tile);
const layout = (l: Layout) => ({ ...initialStage, layout: l });

test("the grid shows everybody, oneself last, and pages what has no room", () => {
  assert.deepEqual(tiles(view(3)), ["p0", "p1", "p2", "me"]);
  const plan = planStage(noSeating, view(60));
  assert.equal(plan.places.length, 25);
  assert.equal(plan.pages, 3);
  assert.equal(plan.unseen, 61 - 25);
  assert.equal(planStage(noSeating, view(60, { size: { width: 1888, height: 904 }, screen: 1920 })).places.length, 49);
});

test("every person is on one page and no other", () => {
  for (const stage of [initialStage, layout("speaker"), layout("sidebar"), sharing("p1"), { ...initialStage, pin: "p2" }, { ...layout("speaker"), hideSelf: true }]) {
    for (const [screen, size] of [[1440, { width: 1408, height: 724 }], [390, { width: 366, height: 600 }], [844, { width: 812, height: 262 }]] as const) {
      const v = view(17, { stage, screen, size });
      const seen: string[] = [];
      const { pages } = planStage(noSeating, v);
      for (let page = 0; page < pages; page++) {
        const { places, large } = planStage(noSeating, { ...v, page });
        seen.push(...places.map((p) => p.tile).filter((t) => page === 0 || t !== large));
      }
      const wanted = [...names(17), ...(stage.hideSelf ? [] : ["me"]), ...stage.shares.map((s) => shareTile(s.identity))];
      assert.deepEqual(seen.sort(), wanted.sort(), `${stage.layout}, pin ${stage.pin}, ${stage.shares.length} screens, ${screen} wide`);
    }
  }
});

test("a shared screen is large, its strip holds the people, oneself last", () => {
  assert.deepEqual(tiles(view(3, { stage: sharing("p1") })), ["share:p1", "p0", "p1", "p2", "me"]);
  const two = tiles(view(2, { stage: sharing("p1", "p0") }));
  assert.deepEqual(two, ["share:p0", "share:p1", "p0", "p1", "me"], "a second screen comes first in the strip");
});

test("a pinned person is large in the grid, and a screen stands beside", () => {
  assert.deepEqual(tiles(view(3, { stage: { ...initialStage, pin: "p2" } })), ["p2", "p0", "p1", "me"]);
  assert.deepEqual(tiles(view(2, { stage: { ...sharing("p1"), pin: "p0" } })), ["p0", "share:p1", "p1", "me"]);
});

test("the host's spotlight makes somebody large for all but themselves", () => {
  assert.equal(planStage(noSeating, view(3, { spotlight: "p1" })).large, "p1");
  assert.equal(planStage(noSeating, view(3, { spotlight: "me" })).large, "");
});

test("one's own picture is hidden on wish, but not from somebody who is alone", () => {
  const stage = { ...initialStage, hideSelf: true };
  assert.deepEqual(tiles(view(2, { stage })), ["p0", "p1"]);
  assert.deepEqual(tiles(view(0, { stage })), ["me"]);
  assert.deepEqual(tiles(view(0, { stage: layout("speaker") })), ["me"]);
  assert.deepEqual(tiles(view(1, { stage: { ...layout("speaker"), hideSelf: true } })), ["p0"]);
});

test("in speaker view the large tile changes after 1.2 s of speech and rests for four seconds", () => {
  let seating = noSeating;
  const at = (now: number, ...who: string[]) => {
    const plan = planStage(seating, view(4, { stage: layout("speaker"), speaking: new Set(who), now }));
    seating = plan.seating;
    return plan.large;
  };
  assert.equal(at(10_000), "p0");
  assert.equal(at(10_100, "p2"), "p0", "a word is not enough");
  assert.equal(at(11_400, "p2"), "p2");
  assert.equal(at(11_500), "p2", "silence changes nothing");
  assert.equal(at(11_600, "p3"), "p2");
  assert.equal(at(13_500, "p3"), "p2", "it has just changed");
  assert.equal(at(15_500, "p3"), "p3");
});

test("speech moves no tile while somebody is pinned, or a screen is shared", () => {
  for (const stage of [{ ...initialStage, pin: "p2" }, sharing("p2"), { ...layout("sidebar"), pin: "p0" }]) {
    let seating = noSeating;
    const before = tiles(view(5, { stage }));
    for (let now = 10_000; now < 30_000; now += 250) {
      const plan = planStage(seating, view(5, { stage, speaking: new Set([`p${Math.floor(now / 1000) % 5}`]), now }));
      seating = plan.seating;
      assert.deepEqual(plan.places.map((p) => p.tile), before);
    }
  }
});

test("an unpinned person goes back to the place they had", () => {
  const first = planStage(noSeating, view(4));
  const pinned = planStage(first.seating, view(4, { stage: { ...initialStage, pin: "p1" } }));
  const after = planStage(pinned.seating, view(4));
  assert.deepEqual(after.places, first.places);
});

test("tiles leave room for what turns pages, and take it back when one page is enough", () => {
  const low = { width: 812, height: 250 };
  const lowest = (n: number) => {
    const { places, pages } = planStage(noSeating, view(n, { size: low, screen: 844 }));
    return { pages, bottom: Math.max(...places.map((p) => p.box.y + p.box.height)) };
  };
  const fits = Array.from({ length: 12 }, (_, n) => n).filter((n) => lowest(n).pages === 1);
  assert.ok(fits.includes(3) && !fits.includes(11));
  for (let n = 0; n < 12; n++) {
    const { pages, bottom } = lowest(n);
    assert.ok(bottom <= (pages > 1 ? low.height - 46 : low.height) + 0.001, `${n} others`);
  }
  const phone = planStage(noSeating, view(9, { size: { width: 366, height: 600 }, screen: 390 }));
  assert.ok(phone.pages > 1 && phone.places.every(({ box }) => box.y + box.height <= 554.001));
});

test("on a phone a screen has rows below it in any view, a pinned person the wide tile", () => {
  const phone = { screen: 390, size: { width: 366, height: 600 } };
  for (const l of ["grid", "speaker", "sidebar"] as const) {
    const { places } = planStage(noSeating, view(6, { ...phone, stage: { ...sharing("p1"), layout: l } }));
    assert.equal(places.length, 4, l);
    assert.equal(places[0]?.box.width, 366, l);
  }
  const pinned = planStage(noSeating, view(4, { ...phone, stage: { ...initialStage, pin: "p3" } }));
  assert.equal(pinned.places[0]?.tile, "p3");
  assert.equal(pinned.places[0]?.box.width, 366);
});

test("a screen that fills the window has no other beside it", () => {
  const stage = { ...sharing("p1", "p2"), alone: shareTile("p1") };
  for (const screen of [1440, 390]) {
    const plan = planStage(noSeating, view(9, { stage, screen }));
    assert.deepEqual(plan.places, [{ tile: shareTile("p1"), box: { x: 0, y: 0, width: 1408, height: 724 } }]);
    assert.deepEqual([plan.large, plan.pages, plan.more], [shareTile("p1"), 1, null]);
  }
});

test("speech moves no tile of a page, in any layout without a speaker", () => {
  for (const stage of [initialStage, sharing("p1"), { ...initialStage, pin: "p2" }, { ...layout("speaker"), pin: "p2" }, { ...layout("sidebar"), pin: "p2" }]) {
    const v = view(12, { stage });
    let { seating, places } = planStage(noSeating, v);
    for (let now = 0; now < 60_000; now += 250) {
      const [talker] = [places[Math.floor(now / 250) % places.length]?.tile ?? ""];
      const next = planStage(seating, { ...v, now, speaking: new Set([talker]) });
      assert.deepEqual(next.places, places);
      seating = next.seating;
    }
  }
});

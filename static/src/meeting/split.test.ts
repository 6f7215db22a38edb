import assert from "node:assert/strict";
import { test } from "node:test";
import type { Box } from "./layout.ts";
import { type Form, split } from "./split.ts";

const laptop = { width: 1408, height: 724 };
const stages = [laptop, { width: 1040, height: 724 }, { width: 736, height: 868 }, { width: 366, height: 600 }, { width: 780, height: 262 }, { width: 296, height: 340 }, { width: 296, height: 460 }, { width: 788, height: 1004 }, { width: 1888, height: 904 }];
const forms: Form[] = ["speaker", "sidebar", "strip", "screen"];

test("nothing overlaps or leaves the stage, and the large tile is larger than any other", () => {
  for (const stage of stages) {
    for (const form of forms) {
      for (let others = 0; others <= 60; others++) {
        const { large, side, more } = split(form, others, stage, stage.width + 32);
        const all: Box[] = [large, ...side, ...(more ? [more] : [])];
        const what = `${form}, ${others} others on ${stage.width} × ${stage.height}`;
        all.forEach((b, i) => {
          assert.ok(b.width > 0 && b.height > 0, `${what}: a tile without room`);
          assert.ok(b.x > -0.001 && b.x + b.width < stage.width + 0.001, `${what}: beside the stage`);
          assert.ok(b.y > -0.001 && b.y + b.height < stage.height + 0.001, `${what}: below the stage`);
          if (i > 0) assert.ok(b.width * b.height < large.width * large.height, `${what}: a small tile is not small`);
          for (const o of all.slice(i + 1)) {
            const apart = o.x >= b.x + b.width + 7.9 || b.x >= o.x + o.width + 7.9 || o.y >= b.y + b.height + 7.9 || b.y >= o.y + o.height + 7.9;
            assert.ok(apart, `${what}: tiles touch`);
          }
        });
        assert.ok(side.length <= others && (others === 0 || side.length > 0), `${what}: ${side.length} tiles`);
        assert.ok(side.length === others || more !== null || side.length === 1, `${what}: nobody tells of the rest`);
      }
    }
  }
});

test("a screen leaves a strip of 126 above it; who has no room in it is a number", () => {
  const few = split("screen", 5, laptop, 1440);
  assert.equal(few.side.length, 5);
  assert.equal(few.more, null);
  assert.deepEqual(few.large, { x: 0, y: 138, width: 1408, height: 586 });
  const many = split("screen", 30, laptop, 1440);
  assert.equal(many.side.length, 6);
  assert.ok(many.more);
});

test("a strip fills the width, and few stand in its middle", () => {
  const { side, more } = split("screen", 30, laptop, 1440);
  assert.equal(side[0]?.x, 0);
  assert.ok(more && Math.abs(more.x + more.width - laptop.width) < 0.001, "the number stands at the end");
  const two = split("screen", 2, laptop, 1440).side;
  assert.ok(two[0] && two[1] && Math.abs(two[0].x - (laptop.width - two[1].x - two[1].width)) < 0.001);
  assert.ok(two.every((b) => b.width / b.height < 1.7778));
});

test("a narrow window has a strip of two", () => {
  assert.equal(split("strip", 9, { width: 366, height: 600 }, 390).side.length, 2);
  assert.equal(split("strip", 9, { width: 296, height: 460 }, 320).side.length, 2);
});

test("on an upright stage a screen has its width on top, and the others rows below", () => {
  for (const [stage, screen, places] of [[{ width: 366, height: 600 }, 390, 4], [{ width: 788, height: 1004 }, 820, 6], [{ width: 296, height: 460 }, 320, 4]] as const) {
    const { large, side, more } = split("screen", 30, stage, screen);
    assert.equal(large.width, stage.width);
    assert.ok(large.height >= Math.min(stage.width * 0.74, stage.height * 0.59), `${screen}: the screen is ${large.height} high`);
    assert.ok(side.every((b) => b.y > large.height));
    assert.equal(side.length + 1, places);
    assert.ok(more);
    const one = split("screen", 1, stage, screen);
    assert.ok(one.large.height > large.height, "what few leave free is the screen's");
  }
});

test("on an upright tablet who speaks has the whole width", () => {
  assert.equal(split("speaker", 9, { width: 788, height: 1004 }, 820).large.width, 788);
  assert.ok(split("sidebar", 9, { width: 788, height: 1004 }, 820).large.width < 788, "unless a column is asked for");
});

test("a low stage has no strip: the others stand beside the screen", () => {
  const { large, side } = split("screen", 3, { width: 780, height: 262 }, 844);
  assert.equal(large.height, 262);
  assert.ok(side.every((b) => b.x > large.width));
});

test("beside the speaker are squares: one column up to four, two from five on", () => {
  const columns = (others: number) => new Set(split("speaker", others, laptop, 1440).side.map((b) => b.x)).size;
  assert.deepEqual([1, 4, 5, 6].map(columns), [1, 1, 2, 2]);
  assert.equal(split("speaker", 6, laptop, 1440).more, null);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Box, arrange, grid, pageLimit, pageSize, phone, shownWhole } from "./layout.ts";

const laptop = { width: 1408, height: 724 };
const rowsOf = (boxes: Box[]) => {
  const rows = new Map<number, number>();
  for (const b of boxes) rows.set(Math.round(b.y), (rows.get(Math.round(b.y)) ?? 0) + 1);
  return [...rows.values()];
};

test("one person gets 16:9, at most 960 wide, in the middle", () => {
  const [box] = grid(1, laptop, 12);
  assert.ok(box);
  assert.equal(box.width, 960);
  assert.equal(box.height, 540);
  assert.equal(box.x, (1408 - 960) / 2);
  assert.equal(box.y, (724 - 540) / 2);
});

test("seven people on a laptop sit four and three, the last row centred", () => {
  const boxes = grid(7, laptop, 12);
  assert.deepEqual(rowsOf(boxes), [4, 3]);
  const [fifth, , seventh] = boxes.slice(4);
  assert.ok(fifth && seventh);
  assert.ok(Math.abs(fifth.x - (1408 - (seventh.x + seventh.width))) < 0.001);
});

test("tiles keep their shape, stay on the stage and never overlap", () => {
  for (const stage of [laptop, { width: 736, height: 300 }, { width: 1888, height: 904 }]) {
    for (let n = 1; n <= 49; n++) {
      const boxes = grid(n, stage, 12);
      assert.equal(boxes.length, n);
      boxes.forEach((b, i) => {
        const shape = b.width / b.height;
        assert.ok(shape > 1.199 && shape < 1.7778, `${n} people: shape ${shape}`);
        assert.ok(b.x > -0.001 && b.x + b.width < stage.width + 0.001, `${n} people: beside the stage`);
        assert.ok(b.y > -0.001 && b.y + b.height < stage.height + 0.001, `${n} people: below the stage`);
        for (const o of boxes.slice(i + 1)) {
          const apart = o.x >= b.x + b.width + 11.9 || o.y >= b.y + b.height + 11.9;
          assert.ok(apart, `${n} people: tiles touch`);
        }
      });
    }
  }
});

test("no tile is larger than 960 by 640", () => {
  for (const b of grid(2, { width: 3000, height: 1600 }, 12)) {
    assert.ok(b.width <= 960 && b.height <= 640);
  }
});

test("a phone shows one wide tile and two columns", () => {
  const boxes = phone(5, { width: 366, height: 585 }, 8);
  assert.equal(boxes[0]?.width, 366);
  assert.deepEqual(rowsOf(boxes), [1, 2, 2]);
  const last = boxes.at(-1);
  assert.ok(last && last.y + last.height <= 585.001);
});

test("on a phone two people share the height, and a lonely last tile is centred", () => {
  assert.deepEqual(rowsOf(phone(2, { width: 366, height: 585 }, 8)), [1, 1]);
  const last = phone(4, { width: 366, height: 585 }, 8).at(-1);
  assert.ok(last && Math.abs(last.x + last.width / 2 - 183) < 0.001);
});

test("pages hold 6, 9, 25 or 49 tiles", () => {
  assert.deepEqual([390, 800, 1440, 1920].map(pageLimit), [6, 9, 25, 49]);
});

test("a page never holds so many that faces get too small", () => {
  const short = { width: 688, height: 274 };
  const size = pageSize(9, short, 720);
  assert.ok(size < 9);
  for (const b of arrange(size, short, 720)) assert.ok(b.width >= 160 && b.height >= 120);
});

test("a phone with more than six people keeps whole rows", () => {
  assert.equal(pageSize(6, { width: 366, height: 585 }, 390), 6);
  assert.equal(pageSize(7, { width: 366, height: 585 }, 390), 5);
});

test("a stage without room is not a reason to fail", () => {
  assert.equal(pageSize(12, { width: 0, height: 0 }, 1440), 1);
  assert.deepEqual(grid(0, laptop, 12), []);
});

test("a tall picture is whole where its tile would cut half of it away", () => {
  const upright = { width: 360, height: 640 };
  assert.ok(shownWhole(upright, { width: 480, height: 270 }));
  assert.ok(!shownWhole(upright, { width: 180, height: 225 }));
  assert.ok(!shownWhole({ width: 640, height: 360 }, { width: 180, height: 225 }), "a wide one is cut to the face");
  assert.ok(!shownWhole({ width: 480, height: 640 }, { width: 300, height: 250 }));
});

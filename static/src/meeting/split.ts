// Where tiles stand when one of them is large. Pure: a count and a size in, rectangles out.
import { type Box, type Size, gapFor } from "./layout.ts";

/**
 * `speaker` has squares beside the large tile, `sidebar` one narrow column, `strip` a strip above it. `screen` has the strip
 * as well, and where the stage is upright rows below: a screen needs its width, and leaves them the height.
 */
export type Form = "speaker" | "sidebar" | "strip" | "screen";

export interface Split {
  large: Box;
  /** The others, as many as there is room for. */
  side: Box[];
  /** The place that tells of those who have no room. */
  more: Box | null;
}

const stripHeight = 126;
const stripTile = 180;
const widestStripTile = stripHeight * (16 / 9);
const narrowStrip = 84;
const narrowStripTile = 150;
const rowTile = 240;
const columnWidth = 240;
const narrowColumn = 160;
/** A wide stage lower than this has no room for a strip: a phone on its side. */
const low = 420;
/** A stage narrower than this has a low strip, and one column of narrow tiles. */
const narrow = 868;
const lowestSquare = 150;

/** Divides the stage between one large tile and `others` small ones. */
export function split(form: Form, others: number, stage: Size, screen: number): Split {
  if (others < 1) return { large: { x: 0, y: 0, ...stage }, side: [], more: null };
  const gap = gapFor(screen);
  const upright = stage.height > 1.1 * stage.width;
  if (form === "screen" && upright) return rows(others, stage, gap);
  const flat = stage.height < low && stage.height <= stage.width;
  if ((form === "speaker" && upright) || (form !== "speaker" && form !== "sidebar" && !flat)) return strip(others, stage, gap);
  return column(form === "speaker" && stage.height >= low, others, stage, gap);
}

/** As many as there is room for, over the whole width; fewer stand in the middle. */
function strip(others: number, stage: Size, gap: number): Split {
  const slim = stage.width < narrow;
  const height = slim ? narrowStrip : stripHeight;
  const least = slim ? narrowStripTile : stripTile;
  const all = Math.max(slim ? 2 : 1, Math.floor((stage.width + gap) / (least + gap)));
  const rest = others > all ? narrowStrip + gap : 0;
  const shown = others > all ? Math.max(slim ? 2 : 1, Math.floor((stage.width - narrowStrip) / (least + gap))) : others;
  const width = Math.max(1, Math.min(widestStripTile, (stage.width - rest - (shown - 1) * gap) / shown));
  const left = Math.max(0, (stage.width - rest - shown * width - (shown - 1) * gap) / 2);
  const box = (i: number): Box => ({ x: left + i * (width + gap), y: 0, width, height });
  const large = { x: 0, y: height + gap, width: stage.width, height: stage.height - height - gap };
  return { large, side: boxes(shown, box), more: rest > 0 ? { ...box(shown), width: Math.max(1, Math.min(narrowStrip, stage.width - box(shown).x)) } : null };
}

/** A screen over the whole width, and rows below it; what these leave is the screen's. */
function rows(others: number, stage: Size, gap: number): Split {
  const columns = Math.max(2, Math.floor((stage.width + gap) / (rowTile + gap)));
  const width = (stage.width - (columns - 1) * gap) / columns;
  const room = stage.height - gap - Math.min(stage.width * 0.75, stage.height * 0.6);
  const most = Math.max(1, Math.floor((room + gap) / (width * (9 / 16) + gap)));
  const places = Math.min(others, most * columns);
  const shown = others > places ? places - 1 : places;
  const used = Math.ceil(places / columns);
  const height = Math.min(width, (room - (used - 1) * gap) / used);
  const top = stage.height - used * height - (used - 1) * gap;
  const box = (i: number): Box => {
    const row = Math.floor(i / columns);
    const inRow = row === used - 1 ? places - row * columns : columns;
    const left = (stage.width - inRow * width - (inRow - 1) * gap) / 2;
    return { x: left + (i % columns) * (width + gap), y: top + row * (height + gap), width, height };
  };
  return { large: { x: 0, y: 0, width: stage.width, height: top - gap }, side: boxes(shown, box), more: shown < others ? box(shown) : null };
}

function column(squares: boolean, others: number, stage: Size, gap: number): Split {
  const slim = stage.width < narrow || stage.height < low;
  const width = slim ? narrowColumn : columnWidth;
  const columns = squares && !slim && others > 4 ? 2 : 1;
  const lowest = squares && !slim ? lowestSquare : width * (9 / 16);
  const rowsMost = Math.max(1, Math.floor((stage.height + gap) / (lowest + gap)));
  const fits = rowsMost * columns;
  const shown = others <= fits ? others : Math.max(1, fits - 1);
  const places = others <= fits ? others : fits;
  const rows = Math.ceil(places / columns);
  const height = squares && !slim ? Math.min(width, (stage.height - (rows - 1) * gap) / rows) : Math.min(lowest, stage.height);
  const left = stage.width - columns * width - (columns - 1) * gap;
  const top = (stage.height - rows * height - (rows - 1) * gap) / 2;
  const box = (i: number): Box => ({ x: left + (i % columns) * (width + gap), y: top + Math.floor(i / columns) * (height + gap), width, height });
  return {
    large: { x: 0, y: 0, width: Math.max(1, left - gap), height: stage.height },
    side: boxes(shown, box),
    more: shown < others && shown < places ? box(shown) : null,
  };
}

const boxes = (count: number, box: (i: number) => Box): Box[] => Array.from({ length: count }, (_, i) => box(i));

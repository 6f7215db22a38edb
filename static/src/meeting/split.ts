// Where tiles stand when one of them is large. Pure: a count and a size in, rectangles out.
import { type Box, type Size, gapFor } from "./layout.ts";

/** `speaker` has squares beside the large tile, `sidebar` one narrow column, `screen` a strip above it. */
export type Form = "speaker" | "sidebar" | "screen";

export interface Split {
  large: Box;
  /** The others, as many as there is room for. */
  side: Box[];
  /** The place that tells of those who have no room. */
  more: Box | null;
}

const stripHeight = 126;
const stripTile = 180;
const narrowStrip = 84;
const columnWidth = 240;
const narrowColumn = 160;
/** A wide stage lower than this has no room for a strip: a phone on its side. */
const low = 420;
/** A stage narrower than this has a strip of two, and one column of narrow tiles. */
const narrow = 868;
const lowestSquare = 150;

/** Divides the stage between one large tile and `others` small ones. */
export function split(form: Form, others: number, stage: Size, screen: number): Split {
  if (others < 1) return { large: { x: 0, y: 0, ...stage }, side: [], more: null };
  const gap = gapFor(screen);
  if (form === "screen" && (stage.height >= low || stage.height > stage.width)) return strip(others, stage, gap);
  return column(form === "speaker" && stage.height >= low, others, stage, gap);
}

function strip(others: number, stage: Size, gap: number): Split {
  const slim = stage.width < narrow;
  const height = slim ? narrowStrip : stripHeight;
  const wide = slim ? (stage.width - 2 * gap - narrowStrip) / 2 : stripTile;
  const width = Math.max(1, Math.min(stripTile, wide));
  const all = slim ? 2 : Math.max(1, Math.floor((stage.width + gap) / (width + gap)));
  const box = (i: number): Box => ({ x: i * (width + gap), y: 0, width, height });
  const large = { x: 0, y: height + gap, width: stage.width, height: stage.height - height - gap };
  if (others <= all) return { large, side: boxes(others, box), more: null };
  const shown = slim ? all : Math.max(1, all - 1);
  return { large, side: boxes(shown, box), more: { ...box(shown), width: Math.max(1, Math.min(narrowStrip, stage.width - shown * (width + gap))) } };
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

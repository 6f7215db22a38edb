// Where tiles stand. Pure: a count and a size in, rectangles out.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

const widest = 16 / 9;
const narrowest = 6 / 5;
const largest: Size = { width: 960, height: 640 };
const smallest: Size = { width: 160, height: 120 };

/** Below this width a screen is a phone: one large tile on top, the rest in two columns. */
export const phoneWidth = 600;

/** The space between tiles. */
export const gapFor = (screen: number): number => (screen < phoneWidth ? 8 : 12);

/** How many tiles one page may hold on a screen of this width. */
export function pageLimit(screen: number): number {
  if (screen < phoneWidth) return 6;
  if (screen < 1024) return 9;
  return screen < 1920 ? 25 : 49;
}

/** The largest tile of an allowed shape that fits into a cell. */
function tileIn(cell: Size): Size {
  let width = Math.min(cell.width, largest.width);
  let height = Math.min(cell.height, largest.height);
  if (width / height > widest) width = height * widest;
  if (width / height < narrowest) height = width / narrowest;
  return { width, height };
}

function cellOf(stage: Size, columns: number, rows: number, gap: number): Size {
  return {
    width: (stage.width - (columns - 1) * gap) / columns,
    height: (stage.height - (rows - 1) * gap) / rows,
  };
}

/** Tries every number of columns and keeps the one with the largest tiles; of equals, the fewest columns. */
function bestGrid(count: number, stage: Size, gap: number): { columns: number; tile: Size } {
  let best = { columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cell = cellOf(stage, columns, rows, gap);
    if (cell.width <= 0 || cell.height <= 0) continue;
    const tile = tileIn(cell);
    if (tile.width * tile.height > best.tile.width * best.tile.height + 1) best = { columns, tile };
  }
  return best;
}

/** Somebody alone gets a picture of 16:9. */
function single(stage: Size): Box {
  const width = Math.min(stage.width, largest.width, stage.height * widest);
  const height = width / widest;
  return { x: (stage.width - width) / 2, y: (stage.height - height) / 2, width, height };
}

/** Rows of equal tiles, the last row centred, all of it centred on the stage. */
export function grid(count: number, stage: Size, gap: number): Box[] {
  if (count < 1) return [];
  if (count === 1) return [single(stage)];
  const { columns, tile } = bestGrid(count, stage, gap);
  const rows = Math.ceil(count / columns);
  const top = (stage.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (stage.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: left + (i % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}

/** One tile over the full width, for whoever speaks, and two columns below. */
export function phone(count: number, stage: Size, gap: number): Box[] {
  if (count < 1) return [];
  if (count <= 2) return stacked(count, stage, gap);
  const rows = Math.ceil((count - 1) / 2);
  const width = (stage.width - gap) / 2;
  const height = Math.min((stage.height - rows * gap) / (rows + 1.6), width * 1.25);
  const main = Math.min(stage.height - rows * (height + gap), stage.width * 1.25);
  const top = (stage.height - main - rows * (height + gap)) / 2;
  const boxes: Box[] = [{ x: 0, y: top, width: stage.width, height: main }];
  for (let i = 0; i < count - 1; i++) {
    const lonely = i === count - 2 && i % 2 === 0;
    boxes.push({
      x: lonely ? (stage.width - width) / 2 : (i % 2) * (width + gap),
      y: top + main + gap + Math.floor(i / 2) * (height + gap),
      width,
      height,
    });
  }
  return boxes;
}

/** One or two people on a phone: each as wide as the screen. */
function stacked(count: number, stage: Size, gap: number): Box[] {
  const height = Math.min((stage.height - (count - 1) * gap) / count, stage.width * 1.25);
  const top = (stage.height - count * height - (count - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => ({
    x: 0,
    y: top + i * (height + gap),
    width: stage.width,
    height,
  }));
}

/** Whether a picture is shown whole: a tall one, as phones send it, would lose more than half of itself in a wide tile. */
export function shownWhole(picture: Size, box: Size): boolean {
  const left = (picture.width * box.height) / (picture.height * box.width);
  return picture.width < picture.height && left < 0.5;
}

/** Whether what stands on a tile has to be small: less of it would be left beside the name. */
export const isSmall = (box: Box): boolean => box.width < 240 || box.height < 176;

export const isLow = (box: Box): boolean => box.height < 112;

/** The boxes for one page of tiles on this screen. */
export function arrange(count: number, stage: Size, screen: number): Box[] {
  const gap = gapFor(screen);
  return screen < phoneWidth ? phone(count, stage, gap) : grid(count, stage, gap);
}

/**
 * How many tiles a page holds for this many people: all when they fit, else the limit, and always
 * so few that none is smaller than a face can be seen. A phone's full page keeps its large tile
 * and two whole rows.
 */
export function pageSize(people: number, stage: Size, screen: number): number {
  const limit = pageLimit(screen);
  if (screen < phoneWidth) return people <= limit ? Math.max(people, 1) : limit - 1;
  let size = Math.max(1, Math.min(people, limit));
  while (size > 1 && !visible(grid(size, stage, gapFor(screen)))) size--;
  return size;
}

function visible(boxes: Box[]): boolean {
  return boxes.every((b) => b.width >= smallest.width && b.height >= smallest.height);
}

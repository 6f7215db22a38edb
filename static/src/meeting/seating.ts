// Who sits on which page. Tiles keep join order, oneself last; speech never reorders a page. Only
// when somebody on a later page speaks do two people change places, and at most every four seconds.

export interface Seating {
  /** Everyone but oneself, in the order they are shown. */
  others: readonly string[];
  /** When each was last heard. */
  heard: Readonly<Record<string, number>>;
  /** Since when the present speaker has been talking. */
  talking: { identity: string; since: number } | null;
  swappedAt: number;
}

export interface Room {
  /** Everyone but oneself, in join order. */
  others: readonly string[];
  speaking: ReadonlySet<string>;
  /** Tiles on the first page, oneself among them. */
  pageSize: number;
  /** The first tile is large and belongs to whoever speaks. */
  featured: boolean;
  /** Who is large whoever speaks, and so has no place among the others; empty for nobody. */
  large?: string;
  now: number;
}

export const noSeating: Seating = { others: [], heard: {}, talking: null, swappedAt: 0 };

const restBetweenSwaps = 4000;
const speechBeforeFeature = 1200;

/** The next seating: keeps places, drops who left, puts newcomers last, then brings the speaker forward. */
export function seat(before: Seating, room: Room): Seating {
  const here = new Set(room.others);
  const kept = before.others.filter((id) => here.has(id));
  const known = new Set(kept);
  const others = [...kept, ...room.others.filter((id) => !known.has(id))];
  const heard = { ...before.heard };
  for (const id of room.speaking) heard[id] = room.now;
  const talking = speaker(before.talking, others, room);
  return bringForward({ others, heard, talking, swappedAt: before.swappedAt }, room);
}

/** The one who has been talking longest keeps the word until silent. */
function speaker(before: Seating["talking"], others: readonly string[], room: Room): Seating["talking"] {
  if (before && room.speaking.has(before.identity) && others.includes(before.identity)) return before;
  const identity = others.find((id) => room.speaking.has(id));
  return identity === undefined ? null : { identity, since: room.now };
}

function bringForward(seating: Seating, room: Room): Seating {
  const { talking } = seating;
  if (!talking || talking.identity === room.large) return seating;
  const others = seating.others.filter((id) => id !== room.large);
  const from = others.indexOf(talking.identity);
  const onFirstPage = Math.max(1, room.pageSize - 1);
  const offPage = others.length > onFirstPage && from >= onFirstPage;
  const rested = room.now - seating.swappedAt >= restBetweenSwaps;
  if (room.featured && others.length >= 2) {
    const longEnough = room.now - talking.since >= speechBeforeFeature;
    return from > 0 && longEnough && rested ? swapped(seating, talking.identity, others[0], room.now) : seating;
  }
  if (!offPage || !rested) return seating;
  return swapped(seating, talking.identity, longestSilent(seating, others.slice(0, onFirstPage)), room.now);
}

/** Of those never heard, the one who sits last goes first. */
function longestSilent(seating: Seating, among: readonly string[]): string | undefined {
  let found: string | undefined;
  let oldest = Infinity;
  for (const id of among) {
    const heard = seating.heard[id] ?? 0;
    if (heard <= oldest) [found, oldest] = [id, heard];
  }
  return found;
}

/** Two people change places. */
function swapped(seating: Seating, a: string, b: string | undefined, now: number): Seating {
  if (b === undefined) return seating;
  const others = seating.others.map((id) => (id === a ? b : id === b ? a : id));
  return { ...seating, others, swappedAt: now };
}

/** Tiles in pages; `last` is the last one of the first page, unless it is empty. */
export function paged(tiles: readonly string[], last: string, pageSize: number): string[][] {
  const size = Math.max(1, pageSize);
  const onFirst = last === "" ? size : size - 1;
  const first = [...tiles.slice(0, onFirst), ...(last === "" ? [] : [last])];
  const result = [first];
  for (let i = onFirst; i < tiles.length; i += size) result.push(tiles.slice(i, i + size));
  return result;
}

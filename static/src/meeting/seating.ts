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
  const { talking, others } = seating;
  if (!talking) return seating;
  const from = others.indexOf(talking.identity);
  const onFirstPage = Math.max(1, room.pageSize - 1);
  const offPage = others.length > onFirstPage && from >= onFirstPage;
  const rested = room.now - seating.swappedAt >= restBetweenSwaps;
  if (room.featured && others.length >= 2) {
    const longEnough = room.now - talking.since >= speechBeforeFeature;
    return from > 0 && longEnough && rested ? swapped(seating, from, 0, room.now) : seating;
  }
  if (!offPage || !rested) return seating;
  return swapped(seating, from, longestSilent(seating, onFirstPage), room.now);
}

/** Of those never heard, the one who sits last goes first. */
function longestSilent(seating: Seating, count: number): number {
  let at = 0;
  let oldest = Infinity;
  seating.others.slice(0, count).forEach((id, i) => {
    const heard = seating.heard[id] ?? 0;
    if (heard <= oldest) [at, oldest] = [i, heard];
  });
  return at;
}

function swapped(seating: Seating, a: number, b: number, now: number): Seating {
  const others = [...seating.others];
  const first = others[a];
  const second = others[b];
  if (first === undefined || second === undefined) return seating;
  others[a] = second;
  others[b] = first;
  return { ...seating, others, swappedAt: now };
}

/** The identities of each page. Oneself is the last tile of the first page. */
export function pages(seating: Seating, self: string, pageSize: number): string[][] {
  const onFirst = Math.max(1, pageSize) - 1;
  const first = [...seating.others.slice(0, onFirst), self];
  const result = [first];
  for (let i = onFirst; i < seating.others.length; i += pageSize) {
    result.push(seating.others.slice(i, i + pageSize));
  }
  return result;
}

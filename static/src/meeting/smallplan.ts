// Which tiles stand in the small window over all others. Pure.
import { type Box, type Size, gapFor, grid, phone } from "./layout.ts";
import { type Place, type View, placed } from "./plan.ts";
import { type Seating, seat } from "./seating.ts";
import type { Person, Picture, State } from "./state.ts";
import { largeTile, sharerOf } from "./state/stage.ts";

/** What of the state says which picture floats. */
export type FloatState = Pick<State, "people" | "stage" | "speaking" | "host">;

const most = 5;
const lowest = 76;
const narrowest = 104;
/** What stands below a large tile. */
const rowHeight = 84;
const gap = gapFor(0);

export interface SmallPlan {
  seating: Seating;
  /** The large tile, if there is one, is the first. */
  places: Place[];
  large: string;
}

/** A picture that floats alone, and whose tile it is of. */
export interface Floated {
  tile: string;
  picture: Picture;
  /** One's own picture is shown as in a mirror. */
  mirrored: boolean;
}

/**
 * The one picture to float: who is wanted large, else the first who shows one, and oneself when nobody else does. Null when
 * there is none. One that has not come yet is waited for on the stage, which asks for it: a window without a picture closes.
 */
export function planPicture(before: Seating, { people, stage, speaking, host }: FloatState, now: number): { seating: Seating; floated: Floated | null } {
  const others = people.filter((p) => !p.self && p.video !== null && p.video.mediaStreamTrack !== null).map((p) => p.identity);
  const large = largeTile(stage, others, host.spotlight);
  const seating = seat(before, { others, speaking, pageSize: most, featured: true, large, now });
  if (stage.soundOnly) return { seating, floated: mine(people, stage.mirror) };
  const screen = stage.shares.find((s) => s.identity === sharerOf(large))?.picture;
  if (screen) return { seating, floated: { tile: large, picture: screen, mirrored: false } };
  const first = others.includes(large) ? large : seating.others[0];
  const picture = people.find((p) => p.identity === first)?.video;
  return { seating, floated: picture && first !== undefined ? { tile: first, picture, mirrored: false } : mine(people, stage.mirror) };
}

function mine(people: readonly Person[], mirrored: boolean): Floated | null {
  const me = people.find((p) => p.self);
  return me?.video ? { tile: me.identity, picture: me.video, mirrored } : null;
}

/** Who is wanted large, or speaks, comes first and stays when the window has room for one alone; oneself is last. */
export function planSmall(before: Seating, view: Pick<View, "others" | "self" | "speaking" | "stage" | "spotlight" | "size" | "now">): SmallPlan {
  const { others, speaking, stage, spotlight, size, now, self } = view;
  const large = largeTile(stage, others, spotlight);
  const seating = seat(before, { others, speaking, pageSize: most, featured: large === "", large, now });
  const people = seating.others.filter((id) => id !== large);
  const me = stage.hideSelf && others.length > 0 ? [] : [self];
  if (large !== "") return { seating, large, places: below(large, [...people.slice(0, most), ...me], size) };
  for (let count = Math.min(most, people.length + me.length); ; count--) {
    const shown = count > 1 ? [...people.slice(0, count - me.length), ...me] : [people[0] ?? self];
    const boxes = size.width > size.height ? grid(shown.length, size, gap) : phone(shown.length, size, gap);
    if (count > 1 && !boxes.every((b) => b.height >= lowest && b.width >= narrowest)) continue;
    return { seating, large, places: placed(shown, boxes) };
  }
}

/** A large tile over the whole width, and a row of others where there is height for both. */
function below(large: string, others: readonly string[], size: Size): Place[] {
  const height = size.height - rowHeight - gap;
  const room = height >= 1.5 * rowHeight ? Math.floor((size.width + gap) / (narrowest + gap)) : 0;
  const shown = others.length <= room ? others : [...others.slice(0, Math.max(0, room - 1)), ...others.slice(-1)].slice(0, room);
  if (shown.length === 0) return [{ tile: large, box: { x: 0, y: 0, ...size } }];
  const width = Math.min(rowHeight * 1.6, (size.width - (shown.length - 1) * gap) / shown.length);
  const left = (size.width - shown.length * width - (shown.length - 1) * gap) / 2;
  const row = shown.map((_, i): Box => ({ x: left + i * (width + gap), y: height + gap, width, height: rowHeight }));
  return [{ tile: large, box: { x: 0, y: 0, width: size.width, height } }, ...placed(shown, row)];
}

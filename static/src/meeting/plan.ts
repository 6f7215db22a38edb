// Which tiles are shown, and where. Pure: what is known in, named boxes out.
import { type Box, type Size, arrange, pageSize, phoneWidth } from "./layout.ts";
import { type Seating, paged, seat } from "./seating.ts";
import { type Form, split } from "./split.ts";
import { type StageState, largeTile, shareTile, sharerOf } from "./state/stage.ts";

export interface View {
  /** Everyone but oneself, in join order. */
  others: readonly string[];
  self: string;
  speaking: ReadonlySet<string>;
  stage: StageState;
  /** Whom the host wants everybody to see large, or empty. */
  spotlight: string;
  page: number;
  /** All the room there is when nothing is said of further pages. */
  size: Size;
  /** How much of its height goes to what turns pages, where that stands below the tiles. */
  pager: number;
  /** The window's width. */
  screen: number;
  now: number;
}

export interface Place {
  tile: string;
  box: Box;
}

export interface Plan {
  seating: Seating;
  /** The large tile, if there is one, is the first. */
  places: Place[];
  large: string;
  /** Where it is said how many more there are, when the pager does not say it. */
  more: Box | null;
  pages: number;
  page: number;
  /** Tiles on other pages. */
  unseen: number;
}

/** The next arrangement. Speech alone never moves a tile, but for the rules of `seat`. */
export function planStage(before: Seating, view: View): Plan {
  const { stage, others, screen, size } = view;
  if (stage.alone !== "") return { ...inPages(before, view, ""), places: [{ tile: stage.alone, box: { x: 0, y: 0, ...size } }], large: stage.alone, more: null, pages: 1, page: 0, unseen: 0 };
  const large = largeTile(stage, others, view.spotlight);
  const isPhone = screen < phoneWidth;
  const shared = sharerOf(large) !== null;
  if (isPhone && !shared && (large !== "" || stage.layout === "grid")) return inPages(before, view, large);
  if (large === "" && stage.layout === "grid") return inPages(before, view, "");
  return inSplit(before, view, large, formOf(stage.layout, shared, isPhone));
}

function formOf(layout: StageState["layout"], shared: boolean, isPhone: boolean): Form {
  if (isPhone) return shared ? "screen" : "strip"; // there is no room for a column
  return layout === "sidebar" ? "sidebar" : shared ? "screen" : "speaker";
}

/** What is left of the stage beside what turns pages. */
const paging = ({ size, pager }: View): Size => ({ ...size, height: Math.max(0, size.height - pager) });

/** Oneself is not shown when one does not wish it; alone, there is nobody else to see. */
const shownSelf = ({ stage, self, others }: View): string => (stage.hideSelf && others.length > 0 ? "" : self);

/** The screens that are not large come before the people. */
function small(view: View, large: string): string[] {
  return view.stage.shares.map((s) => shareTile(s.identity)).filter((tile) => tile !== large).reverse();
}

/** All alike, in pages; on a phone the first is wide, and is who speaks or who is wanted large. */
function inPages(before: Seating, view: View, large: string): Plan {
  const { others, speaking, screen, now } = view;
  const self = shownSelf(view);
  const shares = small(view, large);
  const count = others.length + shares.length + (self === "" ? 0 : 1);
  const size = count > pageSize(count, view.size, screen) ? paging(view) : view.size;
  const perPage = pageSize(count, size, screen);
  const seating = seat(before, {
    others,
    speaking,
    pageSize: perPage - shares.length + (self === "" ? 1 : 0),
    featured: screen < phoneWidth && large === "" && shares.length === 0,
    large,
    now,
  });
  const front = large === "" ? [] : [large];
  const all = paged([...front, ...shares, ...seating.others.filter((id) => id !== large)], self, perPage);
  const page = Math.min(view.page, all.length - 1);
  const shown = all[page] ?? [];
  const boxes = arrange(shown.length, size, screen);
  return {
    seating,
    places: placed(shown, boxes),
    large: page === 0 ? large : "",
    more: null,
    pages: all.length,
    page,
    unseen: count - shown.length,
  };
}

/** One large, the others beside it; who has no room there is on a further page of that side. */
function inSplit(before: Seating, view: View, large: string, form: Form): Plan {
  const { others, speaking, screen, now } = view;
  const self = shownSelf(view);
  const shares = small(view, large);
  const byVoice = large === "";
  const people = others.length - (byVoice || others.includes(large) ? 1 : 0);
  const besides = Math.max(0, people) + shares.length + (self === "" || (byVoice && others.length === 0) ? 0 : 1);
  const told = split(form, besides, view.size, screen);
  const parts = told.more === null && told.side.length < besides ? split(form, besides, paging(view), screen) : told;
  const room = Math.max(1, parts.side.length);
  const seating = seat(before, {
    others,
    speaking,
    pageSize: room - shares.length + (self === "" ? 1 : 0) + (byVoice ? 1 : 0),
    featured: byVoice,
    large,
    now,
  });
  const first = byVoice ? (seating.others[0] ?? view.self) : large;
  const rest = [...shares, ...seating.others.filter((id) => id !== first)];
  const me = first === self ? "" : self;
  const all = room > 1 ? paged(rest, me, room) : paged(me === "" ? rest : [...rest, me], "", room);
  const page = Math.min(view.page, all.length - 1);
  const side = besides === 0 ? [] : (all[page] ?? []);
  return {
    seating,
    places: [{ tile: first, box: parts.large }, ...placed(side, parts.side)],
    large: first,
    more: parts.more,
    pages: all.length,
    page,
    unseen: besides - side.length,
  };
}

/** Each tile in the box of its place; those without one are left out. */
export function placed(tiles: readonly string[], boxes: readonly Box[]): Place[] {
  return tiles.flatMap((tile, i) => {
    const box = boxes[i];
    return box ? [{ tile, box }] : [];
  });
}

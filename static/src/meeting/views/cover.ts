import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";

/** Below this width a panel is a sheet over everything. */
const sheets = "(max-width: 899px)";

/** Whether what is under the panels cannot be reached: a sheet covers it, or it belongs to a meeting that this tab is not in any more. */
export const isCovered = ({ connection, peopleOpen, chat, host, quality }: State, narrow: boolean): boolean =>
  connection === "elsewhere" || (narrow && (peopleOpen || chat.open || host.open || quality.open));

/**
 * Takes what lies under a sheet out of the way of keys and screen readers: the focus is never where nobody sees it. Has to be
 * called before the panels are made: what gets the focus back when one closes must be free by then.
 */
export function followCover({ store }: Ui, under: readonly HTMLElement[]): void {
  const narrow = window.matchMedia(sheets);
  const cover = (state: State) => {
    const covered = isCovered(state, narrow.matches);
    for (const part of under) if (part.inert !== covered) part.inert = covered;
  };
  store.subscribe(cover);
  narrow.addEventListener("change", () => cover(store.state));
}

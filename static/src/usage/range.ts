// Which days of the usage charts are shown, and which one is pointed at: pure, so that it is tested without a browser.

/** Days are numbers from 0; both ends are shown. */
export interface View {
  readonly days: number;
  readonly first: number;
  readonly last: number;
  readonly at: number;
}

/** What somebody does with a chart. The ends of a drag may lie anywhere, also between two days. */
export type Step =
  | { readonly kind: "drag"; readonly from: number; readonly to: number }
  | { readonly kind: "point"; readonly at: number }
  | { readonly kind: "all" | "left" | "right" | "start" | "end" | "closer" | "wider" };

/** Fewer days than this are no range. */
const fewest = 3;

export const whole = (days: number): View => ({ days, first: 0, last: Math.max(days - 1, 0), at: Math.max(days - 1, 0) });

export const isWhole = (view: View): boolean => view.first === 0 && view.last === view.days - 1;

const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(n, high));

/** Shows so many days around one of them, as far as there are any. */
function around(view: View, centre: number, wanted: number): View {
  const count = clamp(Math.round(wanted), Math.min(fewest, view.days), view.days);
  const first = clamp(Math.round(centre - (count - 1) / 2), 0, view.days - count);
  return { ...view, first, last: first + count - 1, at: clamp(view.at, first, first + count - 1) };
}

/** Points at a day; the days that are shown move along at the edges. */
function point(view: View, day: number): View {
  const at = clamp(Math.round(day), 0, Math.max(view.days - 1, 0));
  const by = at < view.first ? at - view.first : Math.max(at - view.last, 0);
  return { ...view, at, first: view.first + by, last: view.last + by };
}

function drag(view: View, from: number, to: number): View {
  const first = clamp(Math.ceil(Math.min(from, to) - 0.5), view.first, view.last);
  const last = clamp(Math.floor(Math.max(from, to) + 0.5), view.first, view.last);
  return around({ ...view, at: clamp(view.at, first, Math.max(first, last)) }, (first + last) / 2, last - first + 1);
}

/** The view after a step. */
export function stepped(view: View, step: Step): View {
  const count = view.last - view.first + 1;
  switch (step.kind) {
    case "drag":
      return drag(view, step.from, step.to);
    case "point":
      return point(view, step.at);
    case "left":
      return point(view, view.at - 1);
    case "right":
      return point(view, view.at + 1);
    case "start":
      return point(view, 0);
    case "end":
      return point(view, view.days - 1);
    case "closer":
      return around(view, view.at, count / 2);
    case "wider":
      return around(view, view.at, count * 2);
    case "all":
      return { ...view, first: 0, last: Math.max(view.days - 1, 0) };
  }
}

/** The step that a key asks for; null for every other key. */
export function stepOf(key: string): Step | null {
  switch (key) {
    case "ArrowLeft":
      return { kind: "left" };
    case "ArrowRight":
      return { kind: "right" };
    case "Home":
      return { kind: "start" };
    case "End":
      return { kind: "end" };
    case "+":
    case "=":
      return { kind: "closer" };
    case "-":
      return { kind: "wider" };
    case "Escape":
      return { kind: "all" };
    default:
      return null;
  }
}

// How a shared screen is looked at: how near, and which part. Pure.

/** A scale of 1 shows all of it; x and y say how far its middle is moved, in parts of the shown picture. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export const whole: Zoom = { scale: 1, x: 0, y: 0 };
export const nearest = 6;
const step = 1.5;

/** Nearer or farther by a factor; the point stays where it is. It is given from the middle, in parts of the frame. */
export function scaled(zoom: Zoom, factor: number, point = { x: 0, y: 0 }): Zoom {
  const scale = Math.min(nearest, Math.max(1, zoom.scale * factor));
  const ratio = scale / zoom.scale;
  return kept({ scale, x: point.x - (point.x - zoom.x) * ratio, y: point.y - (point.y - zoom.y) * ratio });
}

/** Moves what is seen, in parts of the frame. */
export const moved = (zoom: Zoom, by: { x: number; y: number }): Zoom => kept({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y });

/** The picture always covers the middle: its edge comes no farther in than the frame's. */
function kept({ scale, x, y }: Zoom): Zoom {
  const most = (scale - 1) / 2;
  const within = (v: number) => (most === 0 ? 0 : Math.min(most, Math.max(-most, v)));
  return { scale, x: within(x), y: within(y) };
}

export interface Wheel {
  deltaX: number;
  deltaY: number;
  /** Two fingers on a touchpad that spread come as a wheel with Control, in small steps. */
  ctrlKey: boolean;
  shiftKey: boolean;
}

/** What a wheel does: up and down come nearer and go farther, to the side and with Shift it moves. */
export function wheeled(zoom: Zoom, { deltaX, deltaY, ctrlKey, shiftKey }: Wheel, point: { x: number; y: number }, frame: { width: number; height: number }): Zoom {
  if (ctrlKey) return scaled(zoom, Math.exp(-deltaY / 100), point);
  if (!shiftKey && Math.abs(deltaY) >= Math.abs(deltaX)) return scaled(zoom, Math.exp(-deltaY / 300), point);
  return moved(zoom, { x: -(deltaX || deltaY) / frame.width, y: deltaX === 0 ? 0 : -deltaY / frame.height });
}

/** What a key does to the view, or null for another key. */
export function keyed(zoom: Zoom, key: string): Zoom | null {
  const by = 0.15;
  switch (key) {
    case "+":
    case "=":
      return scaled(zoom, step);
    case "-":
      return scaled(zoom, 1 / step);
    case "0":
      return whole;
    case "ArrowLeft":
      return moved(zoom, { x: by, y: 0 });
    case "ArrowRight":
      return moved(zoom, { x: -by, y: 0 });
    case "ArrowUp":
      return moved(zoom, { x: 0, y: by });
    case "ArrowDown":
      return moved(zoom, { x: 0, y: -by });
    default:
      return null;
  }
}

/** A finger on the picture: where, and when by the clock of events, in milliseconds. */
export interface Touch {
  x: number;
  y: number;
  at: number;
}

const far = (a: Touch, b: Touch): number => Math.hypot(a.x - b.x, a.y - b.y);
/** A tap is no longer than this, and a pair of them no farther apart, in milliseconds. */
const soon = 400;

/** Whether a finger that came and went only tapped. */
export const isTap = (down: Touch, up: Touch): boolean => up.at - down.at <= soon && far(down, up) <= 12;

/** Finds pairs of taps: browsers disagree about two taps on what may not be scrolled. A third tap begins a new pair. */
export class Taps {
  #before: Touch | null = null;

  /** Takes a tap; says whether it is the second of a pair. */
  second(tap: Touch): boolean {
    const before = this.#before;
    const paired = before !== null && tap.at - before.at <= soon && far(before, tap) <= 40;
    this.#before = paired ? null : tap;
    return paired;
  }
}

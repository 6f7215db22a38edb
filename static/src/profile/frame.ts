// Where a picture lies under a square frame. Pure, so that a test can hold it: the frame is always filled, whatever one does.

export interface Place {
  /** The middle of the frame on the picture, in parts of its width and height. */
  x: number;
  y: number;
  /** 1 shows as much as fits into the frame; 4 a quarter of that a side. */
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const whole: Place = { x: 0.5, y: 0.5, zoom: 1 };
export const mostZoom = 4;

/** The square of the picture that the frame shows, in the picture's own pixels. */
export function cutOut(place: Place, picture: Size): { x: number; y: number; side: number } {
  const side = Math.min(picture.width, picture.height) / place.zoom;
  return { x: place.x * picture.width - side / 2, y: place.y * picture.height - side / 2, side };
}

/** The nearest place at which the picture fills the frame. */
export function within(place: Place, picture: Size): Place {
  const zoom = clamp(place.zoom, 1, mostZoom);
  const side = Math.min(picture.width, picture.height) / zoom;
  const half = { x: side / 2 / picture.width, y: side / 2 / picture.height };
  return { x: clamp(place.x, half.x, 1 - half.x), y: clamp(place.y, half.y, 1 - half.y), zoom };
}

/** The place after the picture was moved by parts of the frame's side. */
export function moved(place: Place, picture: Size, dx: number, dy: number): Place {
  const { side } = cutOut(place, picture);
  return within({ ...place, x: place.x - (dx * side) / picture.width, y: place.y - (dy * side) / picture.height }, picture);
}

const clamp = (n: number, least: number, most: number): number => Math.min(Math.max(n, least), Math.max(least, most));

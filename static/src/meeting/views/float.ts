// The meeting in a small window over all others: of its own where the browser has those, else a single picture.

interface DocumentPictureInPicture extends EventTarget {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
  readonly window: Window | null;
}

const documents = (): DocumentPictureInPicture | null =>
  (window as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture ?? null;

/** Whether this browser has small windows at all. */
export const canFloat = (): boolean => documents() !== null || document.pictureInPictureEnabled;

/** Opens a small window; null where only single pictures can float. It has to come right after a click. */
export async function openWindow(width: number, height: number): Promise<Window | null> {
  return (await documents()?.requestWindow({ width, height })) ?? null;
}

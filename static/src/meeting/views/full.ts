// The full screen, where the browser has one for a part of a page. iPhones have none.

/** Turns the full screen on or off for an element; null where there is none. */
export function fullScreen(): ((element: HTMLElement) => void) | null {
  if (!document.fullscreenEnabled) return null;
  return (element) => {
    if (document.fullscreenElement === element) void document.exitFullscreen().catch(() => undefined);
    else void element.requestFullscreen().catch(() => undefined);
  };
}

/** Gives the focus back to the button that opened something; where the bar has no room for it, to More, from where it was opened. */
export function giveBack(selector: string): void {
  const button = document.querySelector<HTMLElement>(selector);
  const shown = button !== null && button.getClientRects().length > 0;
  (shown ? button : document.querySelector<HTMLElement>(".m-btn-more"))?.focus();
}

/** Takes a row out of a list. The focus that was in it goes on to the same button of the next row, or of the last; without one `nobody` says where to. */
export function takeOut(row: Element, nobody: () => void): void {
  const buttons = (of: Element) => [...of.querySelectorAll<HTMLElement>("button")].filter((button) => !button.hidden);
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  const at = buttons(row).findIndex((button) => button === focused);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (!focused) return;
  if (next) (buttons(next).at(at) ?? buttons(next).at(-1))?.focus();
  else nobody();
}

/** Gives the focus back to the button that opened something; where the bar has no room for it, to More, from where it was opened. */
export function giveBack(selector: string): void {
  const button = document.querySelector<HTMLElement>(selector);
  const shown = button !== null && button.getClientRects().length > 0;
  (shown ? button : document.querySelector<HTMLElement>(".m-btn-more"))?.focus();
}

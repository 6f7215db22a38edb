import { secondsLeft, words } from "./countdown.ts";

/**
 * Keeps "Continue" shut until the seconds are over. It stays where it is and keeps its focus; screen readers hear the beginning and
 * the end and not each second.
 */
export function holdOnward(ad: HTMLElement, wait: number): void {
  const onward = ad.querySelector<HTMLAnchorElement>("[data-onward]");
  const left = ad.querySelector<HTMLElement>("[data-left]");
  const said = ad.querySelector<HTMLElement>("[data-said]");
  const ring = ad.querySelector<SVGElement>("[data-ring]");
  if (!onward || !left || !said || !ring) return;
  const texts = { one: left.dataset["one"] ?? "", many: left.dataset["many"] ?? "", done: left.dataset["done"] ?? "" };
  const since = performance.now();
  const shut = (event: Event) => {
    event.preventDefault();
    said.textContent = words(secondsLeft(since, performance.now(), wait), texts);
  };
  const show = () => {
    const now = secondsLeft(since, performance.now(), wait);
    left.textContent = words(now, texts);
    ring.setAttribute("stroke-dashoffset", String(100 - (100 * now) / wait));
    if (now > 0) return;
    window.clearInterval(clock);
    onward.removeEventListener("click", shut);
    onward.removeAttribute("aria-disabled");
    said.textContent = texts.done;
  };
  onward.addEventListener("click", shut);
  said.textContent = words(wait, texts);
  const clock = window.setInterval(show, 200);
}

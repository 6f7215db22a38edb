import { expect, type Locator, type Page } from "@playwright/test";

/** Where the focus is: the element's own look, and that of what stands for it. */
interface Stop {
  name: string;
  /** Nothing has the focus: the end of the page, from where it starts again. */
  nowhere: boolean;
  /** Somebody who looks at the page sees where they are. */
  marked: boolean;
  /** It was here before on this walk. */
  again: boolean;
}

declare global {
  interface Window {
    walked?: WeakSet<Element>;
  }
}

/** Goes on by Tab until the focus is on the target: each stop on the way is seen, and none comes twice. Gives their names. */
export async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<string[]> {
  await expect(target).toBeVisible();
  await page.evaluate(() => void (window.walked = new WeakSet()));
  const names: string[] = [];
  for (let ends = 0; !(await target.evaluate((element) => element === document.activeElement)); ) {
    await page.keyboard.press(key);
    const stop = await page.evaluate(look);
    if (stop.nowhere) {
      ends++;
      expect(ends, `the way to ${target} by ${key}: ${names.join(" → ")}`).toBeLessThan(4); // the browser's own controls come between
      continue;
    }
    names.push(stop.name);
    expect(stop.marked, `one sees that the focus is on “${stop.name}”`).toBe(true);
    expect(stop.again, `the way to ${target} by ${key}: ${names.join(" → ")}`).toBe(false);
  }
  return names;
}

/** Looks at what has the focus. Runs in the page. */
function look(): Stop {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return { name: "", nowhere: true, marked: true, again: false };
  const again = window.walked?.has(at) ?? false;
  window.walked?.add(at);
  const ringed = (element: Element | null): boolean => {
    if (!element) return false;
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  };
  const marked = ringed(at) || ringed(at.firstElementChild) || ringed(at.parentElement) || ringed(at.closest("label"));
  const name = at.getAttribute("aria-label") ?? ((at as HTMLInputElement).labels?.[0]?.textContent || at.textContent || at.id);
  return { name: name.trim().replace(/\s+/g, " ").slice(0, 60), nowhere: false, marked, again };
}

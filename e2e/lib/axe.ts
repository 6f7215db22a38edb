import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What axe looks for. It runs inside the page: the other mode is for frames from elsewhere, of which there are none, and opens a tab for each
 * judgement. Of what is well nothing is told. */
export function judge(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).setLegacyMode();
}

/** Fonts are there, pages have faded in; what turns for ever may go on turning. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const passing = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map((a) => a.finished));
  });
}

/** What axe finds in the page as it stands: nothing, of any weight. */
export async function nothingInTheWay(page: Page, whose: string): Promise<void> {
  await settled(page);
  const { violations } = await judge(page).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | ")}`), `${whose}: axe`).toEqual([]);
}

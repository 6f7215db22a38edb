// Unicode's emoji by name, for who writes :name: a script of its own, loaded when that is done for the first time.
import { loadEmoji } from "../../emoji/data.ts";
import { type Tone, toned, tones } from "../../emoji/list.ts";
import { find } from "../../emoji/search.ts";
import { recallTone } from "../../remember.ts";

/** The tone that this device keeps. */
export const keptTone = (): Tone => tones.find((one) => one === recallTone()) ?? 0;

export async function namedEmoji(name: string, most: number): Promise<{ symbol: string; name: string }[]> {
  const groups = await loadEmoji(document.documentElement.lang || "en");
  const tone = keptTone();
  return find(groups.flatMap((group) => group.emoji), name, most).map((one) => ({ symbol: toned(one, tone), name: one.name }));
}

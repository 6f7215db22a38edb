// Finding emoji by what they show. Pure.
import { type Emoji, plain } from "./list.ts";

/** Worse than any place that a match can have. */
const none = 99;

/** The emoji that fit, best first. Each word that was written has to fit; so `red h` finds the red heart. */
export function find(all: readonly Emoji[], query: string, most: number): Emoji[] {
  const wanted = plain(query).split(/[\s_]+/u).filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const whole = wanted.join(" ");
  const fits: { emoji: Emoji; place: number }[] = [];
  for (const emoji of all) {
    const place = Math.min(placeOf(emoji.words, whole, wanted), 6 + placeOf(emoji.also, whole, wanted));
    if (place < none) fits.push({ emoji, place });
  }
  return fits.sort((a, b) => a.place - b.place).slice(0, most).map(({ emoji }) => emoji); // sort is stable: Unicode's order within a place
}

/** How well some words fit: 0 is the name itself. Of short names that have the word, the shortest is meant: the red heart, among hearts. */
function placeOf(words: readonly string[], whole: string, wanted: readonly string[]): number {
  const [name = "", ...tags] = words;
  if (name === whole) return 0;
  const parts = name.split(" ");
  if (parts.length === 2 && parts.some((part) => part === whole || part === `${whole}s`)) return 1 + name.length / 1000;
  if (tags.includes(whole)) return 2;
  if (name.startsWith(whole)) return 3;
  let worst = 0;
  for (const word of wanted) worst = Math.max(worst, begins(name, word) ? 4 : tags.some((tag) => begins(tag, word)) ? 5 : none);
  return words.length === 0 ? none : worst;
}

/** Whether one of the words of a text begins so. */
function begins(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) return true;
  }
  return false;
}

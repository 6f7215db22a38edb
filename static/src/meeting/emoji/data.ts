// The lists of emoji, fetched when they are first needed: files of their own, from our own origin.
import { type Group, parse } from "./list.ts";

let fetched: Promise<Group[]> | null = null;

/** Unicode's emoji in groups, with names in a language. A fetch that failed is tried again the next time. */
export function loadEmoji(language: string): Promise<Group[]> {
  fetched ??= read(language).catch((err: unknown) => {
    fetched = null;
    throw err;
  });
  return fetched;
}

async function read(language: string): Promise<Group[]> {
  const english = (await import("../../../emoji/en.tsv")).default;
  return language.startsWith("de") ? parse((await import("../../../emoji/de.tsv")).default, english) : parse(english);
}

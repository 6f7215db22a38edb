// The words people read. They come from the server's message catalogue with the page.

export type Holes = Record<string, string | number>;

export interface Texts {
  /** The message with its {holes} filled. */
  (key: string, holes?: Holes): string;
  /** The message for a number: key.one, key.other and so on, by the language's rules; {n} is the number. */
  count(key: string, n: number, holes?: Holes): string;
}

/** Reads messages from a catalogue. An unknown key shows itself, which a test forbids. */
export function textsFrom(catalogue: Readonly<Record<string, string>>, language = "en"): Texts {
  const rules = new Intl.PluralRules(language);
  const fill = (message: string, holes: Holes) =>
    message.replace(/\{(\w+)\}/g, (hole, name: string) => String(holes[name] ?? hole));
  const text = (key: string, holes: Holes = {}) => fill(catalogue[key] ?? key, holes);
  const count = (key: string, n: number, holes: Holes = {}) => {
    const exact = `${key}.${rules.select(n)}`;
    return text(exact in catalogue ? exact : `${key}.other`, { n, ...holes });
  };
  return Object.assign(text, { count });
}

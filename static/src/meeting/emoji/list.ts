// Unicode's emoji as the picker and the :name: in a message know them. Pure: the lists are read elsewhere.

export const groups = ["smileys", "people", "nature", "food", "travel", "activities", "objects", "symbols", "flags"] as const;
export type GroupName = (typeof groups)[number];

export interface Emoji {
  symbol: string;
  /** What it shows, in the reader's language. */
  name: string;
  /** By which it is found: plain, as `plain` makes them; the name first. */
  words: readonly string[];
  /** By which it is found too, as people know these from elsewhere: English. */
  also: readonly string[];
  /** Takes a tone of skin. */
  tone: boolean;
}

export interface Group {
  name: GroupName;
  emoji: Emoji[];
}

/** Letters as they are looked for: small, without accents. */
export const plain = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** Reads a list; static/emoji/make.mjs says what its lines are. `english` is the same list in English, for a reader of another language. */
export function parse(raw: string, english = ""): Group[] {
  const out: Group[] = [];
  // All at once: word by word it would take as long as a frame.
  const [plainly, second] = [plain(raw).split("\n"), plain(english).split("\n")];
  raw.split("\n").forEach((line, i) => {
    if (line.startsWith("=")) {
      const name = groups.find((g) => g === line.slice(1));
      if (name) out.push({ name, emoji: [] });
      return;
    }
    const [symbol = "", name = "", , tone] = line.split("\t");
    if (symbol === "" || name === "") return;
    out.at(-1)?.emoji.push({ symbol, name, words: wordsIn(plainly[i]), also: wordsIn(second[i]), tone: tone === "t" });
  });
  return out;
}

/** The name and the other words of a line. */
function wordsIn(line = ""): string[] {
  const [, name = "", tags = ""] = line.split("\t");
  return name === "" ? [] : tags === "" ? [name] : [name, ...tags.split("|")];
}

/** The tones of skin that Unicode has; 0 is none. */
export const tones = [0, 1, 2, 3, 4, 5] as const;
export type Tone = (typeof tones)[number];

/** The emoji in a tone of skin, where it takes one. */
export function toned({ symbol, tone: takes }: Pick<Emoji, "symbol" | "tone">, tone: Tone): string {
  if (!takes || tone === 0) return symbol;
  return symbol.replaceAll(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, `$1${String.fromCodePoint(0x1f3fa + tone)}`);
}

/** What was used before, with this in front. */
export const used = (before: readonly string[], what: string, most = 24): string[] => [what, ...before.filter((one) => one !== what)].slice(0, most);

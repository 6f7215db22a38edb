// Writes en.tsv and de.tsv: Unicode's emoji with their names and further words, from emojibase-data (MIT, after Unicode's CLDR). Unicode
// adds emoji once a year; then:
//
//   npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-17.0.0.tgz && node static/emoji/make.mjs package
//
// A line is an emoji: itself, its name, other words with | between them, and a "t" when it takes a skin tone. A line with = begins a group.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [source] = process.argv.slice(2);
if (!source) throw new Error("say where emojibase-data lies: node static/emoji/make.mjs FOLDER");

/** By emojibase's numbers. 2 is of parts, which nobody sends by themselves. */
const groups = { 0: "smileys", 1: "people", 3: "nature", 4: "food", 5: "travel", 6: "activities", 7: "objects", 8: "symbols", 9: "flags" };
/** The version of Unicode's emoji that devices of today have; a newer one would be an empty box on most. */
const newest = 16;

const read = async (name) => JSON.parse(await readFile(join(source, name), "utf8"));
/** As Unicode's list has it: without a mark for what is drawn as a picture anyway. */
const bare = (emoji) => emoji.replaceAll(/(\p{Emoji_Presentation})\uFE0F/gu, "$1");
const toned = (emoji, tone) => emoji.replaceAll(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, `$1${String.fromCodePoint(0x1f3fa + tone)}`);

/** Whether a tone is put in by the one rule that the client has. */
function takesTone(e) {
  const skins = (e.skins ?? []).filter((s) => typeof s.tone === "number");
  return skins.length === 5 && skins.every((s) => bare(s.emoji) === toned(bare(e.emoji), s.tone));
}

for (const language of ["en", "de"]) {
  const all = (await read(`${language}/data.json`)).filter((e) => e.group in groups && e.version <= newest).sort((a, b) => a.group - b.group || a.order - b.order);
  const lines = [];
  let group = -1;
  for (const e of all) {
    if (e.group !== group) lines.push(`=${groups[e.group]}`);
    group = e.group;
    const tags = (e.tags ?? []).filter((tag) => tag !== e.label).join("|");
    lines.push([bare(e.emoji), e.label, tags, takesTone(e) ? "t" : ""].join("\t").trimEnd());
  }
  await writeFile(join(here, `${language}.tsv`), `${lines.join("\n")}\n`);
}

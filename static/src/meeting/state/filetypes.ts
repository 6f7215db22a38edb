// Whether a file is what its name says, by its first bytes. Where nobody but the reader can look into a file, the reader's page does. The
// rule of programs is the server's own. Pure.
import table from "../../../../tenants/attachment/types.tsv";

/** So many bytes of a file's beginning say what it is. */
const headSize = 3072;

interface Rules {
  run: string[];
  programs: RegExp[];
  named: { endings: string[]; begins: RegExp }[];
}

const rules = parsed(table);

function parsed(text: string): Rules {
  const all: Rules = { run: [], programs: [], named: [] };
  for (const line of text.split("\n")) {
    const [rule, what = "", begins = ""] = line.split("\t");
    if (rule === "run") all.run.push(...what.split(" "));
    if (rule === "program") all.programs.push(new RegExp(`^${begins}`));
    if (rule === "named") all.named.push({ endings: what.split(" "), begins: new RegExp(`^${begins}`) });
  }
  return all;
}

export type Distrust = "program" | "unlike";

/** Looks into a file: only its beginning is read. */
export const lookInto = async (name: string, file: Blob): Promise<Distrust | null> => distrust(name, await file.slice(0, headSize).arrayBuffer());

/** What is wrong with a file: it is a program, or not what its name says; null when nothing is. */
export function distrust(name: string, head: ArrayBuffer): Distrust | null {
  const ending = /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? "";
  const digits = Array.from(new Uint8Array(head.slice(0, headSize)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (rules.run.includes(ending) || rules.programs.some((begins) => begins.test(digits))) return "program";
  const promise = rules.named.find(({ endings }) => endings.includes(ending));
  return promise && !promise.begins.test(digits) ? "unlike" : null;
}

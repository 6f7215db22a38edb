// What is known of a file before anybody has looked into it. Pure.

/** At once, from one person. */
export const filesAtOnce = 10;

/** Why a file cannot be sent, as the key of a sentence; null when it can be tried. */
export function refusal(file: { size: number }, most: number, already: number): "many" | "empty" | "large" | null {
  if (already >= filesAtOnce) return "many";
  if (file.size === 0) return "empty";
  return file.size > most ? "large" : null;
}

/** How large a file is, as people read it: what is not whole is rounded up. */
export function sizeText(bytes: number, language: string): string {
  const [unit, value] = bytes < 1 << 20 ? (["kilobyte", Math.ceil(bytes / 1024)] as const) : (["megabyte", Math.ceil((bytes * 10) / (1 << 20)) / 10] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** A name without its ending, and the ending with the characters before it: what is to be seen of a long one. */
export function split(name: string): [stem: string, ending: string] {
  const letters = [...name];
  const dot = letters.lastIndexOf(".");
  const at = Math.max(dot > 0 && letters.length - dot <= 12 ? dot - 4 : letters.length - 6, 0);
  return [letters.slice(0, at).join(""), letters.slice(at).join("")];
}

/**
 * A name that another person's browser gave, as text and nothing more: its last part, on one line, without what cannot be seen or turns the
 * direction of reading. The server does the same to names that it can read.
 */
export function fileName(said: string): string {
  const last = said.normalize("NFC").split(/[/\\]/u).at(-1) ?? "";
  const seen = last.replaceAll(/\p{Cf}/gu, "").replaceAll(/\s/gu, " ").replaceAll(/\p{C}/gu, "").replaceAll(/[<>:"|?*]/gu, "_");
  const name = seen.replaceAll(/ +/gu, " ").replaceAll(/^[. ]+|[. ]+$/gu, "");
  return [...name].slice(0, 200).join("") || "file";
}

// What :name: is being written before the caret. Pure.

/** A beginning of a name: after a blank or a bracket, so that 10:30 and links are none. */
const begun = /(?:^|[\s(])(:([\p{L}\p{N}+_-]{2,32}))$/u;

export interface Begun {
  /** Where its colon stands. */
  from: number;
  name: string;
}

export function begunAt(text: string, caret: number): Begun | null {
  const match = begun.exec(text.slice(Math.max(0, caret - 40), caret));
  return match ? { from: caret - (match[1] ?? "").length, name: (match[2] ?? "").toLocaleLowerCase() } : null;
}

/** Names of the organization's own emoji that fit, those that begin so first. */
export function ownFits(names: Iterable<string>, name: string): string[] {
  const all = [...names].filter((one) => one.includes(name));
  return [...all.filter((one) => one.startsWith(`:${name}`)), ...all.filter((one) => !one.startsWith(`:${name}`))];
}

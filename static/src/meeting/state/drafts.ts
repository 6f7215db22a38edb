// What one has begun to write, for each of those to whom one writes. Pure.

/** Texts by identity; "" is everyone. */
export type Drafts = Readonly<Record<string, string>>;

/**
 * What stands in the field when one turns to somebody. A text for everyone may go on to one person who has none of their own yet: one writes
 * first, and then chooses. One that was for a person never comes to stand before everybody.
 */
export const draftFor = (drafts: Drafts, to: string): string => own(drafts, to) ?? own(drafts, "") ?? "";

/** Something was typed: the text is for these people now. */
export function drafted(drafts: Drafts, to: string, text: string): Drafts {
  const rest = spent(drafts, to);
  return text === "" ? rest : { ...rest, [to]: text };
}

/** The text has gone off, or is for somebody else now. */
export function spent(drafts: Drafts, to: string): Drafts {
  const home = own(drafts, to) === undefined ? "" : to;
  return Object.fromEntries(Object.entries(drafts).filter(([who]) => who !== home));
}

/** An identity may be any word, also one that every object knows. */
const own = (drafts: Drafts, to: string): string | undefined => (Object.hasOwn(drafts, to) ? drafts[to] : undefined);

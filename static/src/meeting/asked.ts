// Which pictures of people are received. Pure: what is on the page in, what is asked for and let go of out.

export interface Asked {
  /** On the page now. */
  shown: readonly string[];
  /** Received and not on the page, longest unseen first. Nothing comes of these, and they are there at once when their page is turned back. */
  spare: readonly string[];
}

export const nothingAsked: Asked = { shown: [], spare: [] };

/** After the page has changed. `received` are the pictures that come, or were asked for; one that was never shown goes first. */
export function look(before: Asked, shown: readonly string[], received: ReadonlySet<string>): Asked {
  const now = new Set(shown);
  const known = new Set([...before.spare, ...before.shown]);
  const unseen = [...received].filter((id) => !known.has(id));
  return { shown, spare: [...unseen, ...before.spare, ...before.shown].filter((id) => received.has(id) && !now.has(id)) };
}

/** What to let go of, where as many may be kept as `room` says. */
export const tooMany = ({ spare }: Asked, room: number): readonly string[] => spare.slice(0, Math.max(0, spare.length - room));

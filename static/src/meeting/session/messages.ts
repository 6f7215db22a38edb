// What the node tells the page beside media: the room's limits and the clock, as JSON.

export interface Said {
  endsAt: number;
  now: number;
  plan?: string;
  participants?: number;
}

/** The topics of packets that the node or the server sends; and of those by which people hand over an encrypted meeting's key. */
export const topics = { clock: "parley.clock", ended: "parley.ended", waiting: "parley.waiting", sticker: "parley.sticker", chat: "parley.chat", hosting: "parley.hosting", ask: "parley.ask", keys: "parley.keys" } as const;

/** Limits from the room's metadata or a clock packet; null for anything else. */
export function limitsFrom(text: string): Said | null {
  const value = objectFrom(text);
  if (!value) return null;
  const { endsAt, now, plan, participants } = value;
  if (typeof endsAt !== "number" || typeof now !== "number") return null;
  return {
    endsAt,
    now,
    ...(typeof plan === "string" ? { plan } : {}),
    ...(typeof participants === "number" ? { participants } : {}),
  };
}

/** Why the node ends the meeting, from its last packet. */
export function endingFrom(text: string): "limit" | "host" | null {
  const reason = objectFrom(text)?.["reason"];
  return reason === "limit" || reason === "host" ? reason : null;
}

function objectFrom(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

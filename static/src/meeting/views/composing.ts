/**
 * Whether a key belongs to a composition, as in Japanese or Chinese: it chooses or puts away what is being written. Safari ends the
 * composition before it tells of the key, and marks that key with 229 alone.
 */
export const composing = (event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean => event.isComposing || event.keyCode === 229;

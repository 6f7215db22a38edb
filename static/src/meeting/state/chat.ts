// What is written in the meeting, as this browser knows it. Pure: messages come in any order and any number of times, and one state comes of it.

/** Something drawn: of our own origin, or a symbol. */
export interface Drawn {
  src: string;
  symbol: string;
  alt: string;
}

export interface Reaction extends Drawn {
  kind: string;
  name: string;
  /** Identities of who reacted with it. */
  by: readonly string[];
}

/** A file that came with a message. */
export interface Attached {
  id: string;
  /** Of a sealed one, as this browser opened it. */
  name: string;
  size: number;
  /** Of the small picture; 0 for none. */
  width: number;
  height: number;
}

export interface Message {
  /** Names the message and orders it. */
  n: number;
  /** Grows with each change. */
  rev: number;
  /** What the writer's browser called it. */
  id: string;
  from: string;
  by: string;
  /** Identity of the one whom it is for; empty for everyone. */
  to: string;
  toName: string;
  /** Empty for one that was deleted, is a sticker, or cannot be opened; beside a file it may be. */
  text: string;
  /** It came sealed and cannot be opened here, now. */
  closed: boolean;
  sticker: Drawn | null;
  file: Attached | null;
  reply: number;
  at: number;
  edited: number;
  deleted: boolean;
  reactions: readonly Reaction[];
}

/** One's own message on its way. */
export interface Pending {
  id: string;
  to: string;
  toName: string;
  text: string;
  sticker: (Drawn & { pack: string; name: string }) | null;
  file: { name: string; size: number } | null;
  reply: number;
  at: number;
  /** `waiting` for the line, until it is there. `refused` stays so, however often it is tried; of what is `lost` the page has the file no more. */
  status: "sending" | "waiting" | "failed" | "refused" | "lost";
  /** Why it failed, in words. */
  fault: string;
}

/** Whether it is still going to be sent, with nothing done about it. */
export const moves = ({ status }: Pending): boolean => status === "sending" || status === "waiting";

export interface Chat {
  open: boolean;
  /** By n. */
  messages: readonly Message[];
  pending: readonly Pending[];
  /** How much of the file is sent that is on its way, in per cent. */
  progress: { id: string; percent: number } | null;
  /** The n up to which one has read. */
  read: number;
  unread: number;
  /** One may write: as the node says. */
  may: boolean;
  /** What was written to everyone before is kept from this person, who came later; 0 when nothing is. */
  since: number;
  /** What was written before is there, or on its way. */
  loaded: boolean;
  /** Whom one writes to; empty for everyone. */
  to: string;
  reply: number;
  editing: number;
}

export type ChatAction =
  /** With `first`, what was written before one came: it is no news. */
  | { type: "chatMessages"; messages: readonly Message[]; self: string; first?: boolean }
  | { type: "chatPending"; pending: Pending }
  | { type: "chatStatus"; id: string; status: Pending["status"]; fault?: string }
  | { type: "chatDropped"; id: string }
  | { type: "chatProgress"; id: string; percent: number }
  | { type: "chatMay"; may: boolean }
  | { type: "chatSince"; since: number }
  | { type: "chatTo"; to: string }
  | { type: "chatReply"; n: number }
  | { type: "chatEdit"; n: number };

export const noChat: Chat = { open: false, messages: [], pending: [], progress: null, read: 0, unread: 0, may: true, since: 0, loaded: false, to: "", reply: 0, editing: 0 };

export function reduceChat(chat: Chat, action: ChatAction): Chat {
  switch (action.type) {
    case "chatMessages":
      return taken(chat, action.messages, action.self, action.first ?? false);
    case "chatPending":
      return { ...chat, pending: [...chat.pending.filter((p) => p.id !== action.pending.id), action.pending] };
    case "chatStatus":
      return statusChanged(chat, action);
    case "chatDropped":
      return { ...chat, pending: chat.pending.filter((p) => p.id !== action.id) };
    case "chatProgress":
      return { ...chat, progress: { id: action.id, percent: action.percent } };
    case "chatMay":
      return chat.may === action.may ? chat : { ...chat, may: action.may };
    case "chatSince":
      return chat.since === action.since ? chat : { ...chat, since: action.since };
    case "chatTo":
      return { ...chat, to: action.to };
    case "chatReply":
      return { ...chat, reply: action.n, editing: 0 };
    case "chatEdit":
      return { ...chat, editing: action.n, reply: 0 };
  }
}

/** The panel was opened or closed: what is in sight is read. */
export function opened(chat: Chat, open: boolean): Chat {
  if (chat.open === open) return chat;
  return open ? { ...chat, open, unread: 0, read: last(chat.messages) } : { ...chat, open };
}

/** Takes what the server said. What is known already, or newer here, stays the same object: views draw what has changed. */
function taken(chat: Chat, said: readonly Message[], self: string, first: boolean): Chat {
  const fresh = said.filter((m) => newer(m, find(chat.messages, m.n)));
  if (fresh.length === 0) return first && !chat.loaded ? { ...chat, loaded: true } : chat;
  const messages = merged(chat.messages, fresh);
  const own = new Set(fresh.filter((m) => m.from === self).map((m) => m.id));
  const pending = own.size === 0 ? chat.pending : chat.pending.filter((p) => !own.has(p.id));
  const read = chat.open || first ? last(messages) : chat.read;
  const unread = messages.filter((m) => m.n > read && m.from !== self && !m.deleted).length;
  const gone = (n: number) => n !== 0 && (find(messages, n)?.deleted ?? false);
  return {
    ...chat, messages, pending, read, unread, loaded: chat.loaded || first,
    reply: gone(chat.reply) ? 0 : chat.reply, editing: gone(chat.editing) ? 0 : chat.editing,
  };
}

/** Of the same message the later change counts; one that can be opened now counts over one that could not. */
function newer(said: Message, known: Message | undefined): boolean {
  return !known || said.rev > known.rev || (said.rev === known.rev && known.closed && !said.closed);
}

function merged(known: readonly Message[], fresh: readonly Message[]): readonly Message[] {
  const [only] = fresh;
  if (fresh.length === 1 && only && only.n > last(known)) return [...known, only];
  const all = new Map(known.map((m) => [m.n, m]));
  for (const m of fresh) {
    if (newer(m, all.get(m.n))) all.set(m.n, m);
  }
  return [...all.values()].sort((a, b) => a.n - b.n);
}

/** A status that is the same leaves the state as it is: a try that fails once more is nothing to draw, or to read out again. */
function statusChanged(chat: Chat, { id, status, fault = "" }: Extract<ChatAction, { type: "chatStatus" }>): Chat {
  const known = chat.pending.find((p) => p.id === id);
  if (!known || (known.status === status && known.fault === fault)) return chat;
  return { ...chat, pending: chat.pending.map((p) => (p.id === id ? { ...p, status, fault } : p)) };
}

/** Finds a message by its number, in a list that is in order. */
export function find(messages: readonly Message[], n: number): Message | undefined {
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const m = messages[middle];
    if (!m || m.n === n) return m;
    if (m.n < n) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

const last = (messages: readonly Message[]): number => messages.at(-1)?.n ?? 0;

/** Since when one reads, if that is to be said: 0 when all is here, or what was written before has been read already. */
export function shownSince({ since, messages }: Chat): number {
  const first = messages[0];
  return first && first.at < since ? 0 : since;
}

/** Why one may not write: the host has said so, or the organization; null when one may. */
export function silenced(chat: Chat, host: { may: { chat: boolean } }): "host" | "rules" | null {
  if (chat.may) return null;
  return host.may.chat ? "rules" : "host";
}

/** One's newest message that can be edited, if there is one. */
export function lastOwn(chat: Chat, self: string): Message | undefined {
  for (let i = chat.messages.length - 1; i >= 0; i--) {
    const m = chat.messages[i];
    if (m && m.from === self && !m.deleted && !m.closed && m.sticker === null) return m;
  }
  return undefined;
}

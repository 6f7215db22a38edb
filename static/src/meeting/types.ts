/** What the server hands over when somebody joins: the key to the room and everything the page shows. */
export interface MeetingSession {
  /** ws(s)://host of our own origin. */
  serverUrl: string;
  token: string;
  code: string;
  link: string;
  /** The room's name, as people gave it. */
  room: string;
  identity: string;
  name: string;
  /** A member of the organization. */
  host: boolean;
  canUpgrade: boolean;
  plan: string;
  /** Milliseconds since 1970, 0 without an end. */
  endsAt: number;
  /** The server's clock when it answered. */
  now: number;
  participants: number;
  /** Who may share a screen, by the organization's policy. */
  share: "everyone" | "members" | "managers";
  /** Bytes that a file in the chat may have. */
  fileMost: number;
  demo: boolean;
  csrf: string;
  urls: { after: string; end: string; token: string; checkout: string; pay: string; lobby: string; waiters: string; stickers: string; chat: string };
  offers: Offer[];
  /** The script that encrypts, where the meeting has to be encrypted end to end. */
  encryption: { worker: string } | null;
  texts: Record<string, string>;
}

/** A plan that lifts the limit, with every figure already written out by the server. */
export interface Offer {
  plan: string;
  name: string;
  interval: "month" | "year";
  price: string;
  today: string;
  /** Days before anything is charged; 0 for none. */
  trial: number;
  detail: string;
  /** It changes a plan that is paid for: the price of today is shown in the other tab before anything is charged. */
  change: boolean;
}

/** Why a meeting is over for this person; the after-call page reads it, and the server's own record wins. */
export type Ending = "left" | "limit" | "host" | "own" | "removed";

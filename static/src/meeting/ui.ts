import type { ChatLine } from "./session/chat.ts";
import type { DraftShelf } from "./session/chatkept.ts";
import type { HostLine, Press } from "./session/host.ts";
import type { News } from "./news.ts";
import type { DeviceKind, Store } from "./state.ts";
import type { Chosen, Hint } from "./state/stage.ts";
import type { Texts } from "./texts.ts";
import type { MeetingSession } from "./types.ts";

/** What buttons do. Views know nothing of media or the network. */
export interface Acts {
  microphone(on: boolean): void;
  camera(on: boolean): void;
  useDevice(kind: DeviceKind, id: string): void;
  leave(): void;
  endForAll(): void;
  /** Lets people in who wait, or refuses them. */
  answer(identities: readonly string[], admit: boolean): void;
  /** Writes to people who wait, or with nobody named to all of them. Answers what was wrong, in words: null for nothing, empty when nobody can say. */
  sayAtDoor(to: readonly string[] | "all", text: string): Promise<string | null>;
  unblockSound(): void;
  takeOver(): void;
  copyLink(): void;
  /** Lets the person choose a screen to share, or ends it. */
  share(on: boolean): void;
  tuneShare(hint: Hint): void;
  /** Arranges the stage; kept on this device. */
  choose(change: Partial<Chosen>): void;
  soundOnly(on: boolean): void;
  /** Asks less of a busy device, or never; kept on this device. */
  spare(on: boolean): void;
  /** Opens or closes the small window over all others. */
  float(on: boolean): void;
  /** Turns the full screen on or off. */
  full(): void;
  /** Lets somebody's screen fill the window, and the full screen where there is one; once more ends it. */
  alone(tile: string): void;
  /** Opens or closes the list of keys. */
  sheet(open: boolean): void;
  /** Copies figures for who is to find out what is wrong. */
  report(): void;
  /** A picture of somebody else was drawn. */
  firstFrame(): void;
  chat: ChatLine;
  drafts: DraftShelf;
  /** Raises one's hand, or lowers it. */
  hand(up: boolean): void;
  /** Answers the question to unmute. */
  answerAsk(unmute: boolean): void;
  /** Does what only those who lead may do. Says what was wrong; answers whether it was done. */
  lead(what: Press, fields?: Record<string, string>): Promise<boolean>;
  host: HostLine;
  /** Says a sentence to this person. */
  say: Tell;
  /** Says it to screen readers alone: who sees has it before them. */
  speak(text: string): void;
}

/** What every view of the meeting is given. */
export interface Ui {
  t: Texts;
  store: Store;
  meeting: MeetingSession;
  acts: Acts;
}

/** Says a sentence to this person. */
export type Tell = (text: string, tone?: News["tone"]) => void;

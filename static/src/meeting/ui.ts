import type { ChatLine } from "./session/chat.ts";
import type { DeviceKind, Store } from "./state.ts";
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
  unblockSound(): void;
  takeOver(): void;
  copyLink(): void;
  /** A picture of somebody else was drawn. */
  firstFrame(): void;
  chat: ChatLine;
}

/** What every view of the meeting is given. */
export interface Ui {
  t: Texts;
  store: Store;
  meeting: MeetingSession;
  acts: Acts;
}

/** A part of the page that also follows the clock: milliseconds left, or null without an end. */
export type Tick = (left: number | null) => void;

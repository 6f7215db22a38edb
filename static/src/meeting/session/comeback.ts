// Coming back after an interruption that the connection itself could not mend.
import type { MeetingSession } from "../types.ts";
import { freshSession } from "./door.ts";

/** How long to wait before each further try, in milliseconds. */
const waits = [0, 1000, 2000, 4000, 6000];

/** How it ended: we are in, the meeting is over, only the lobby lets us in again, or it was stopped. */
export type Back = "in" | "over" | "out" | "stopped";

/** Tries to come back, one attempt after the other. A new beginning takes the place of the one before. */
export class ComeBack {
  #retry: AbortController | null = null;
  #hurry: () => void = () => undefined;

  get trying(): boolean {
    return this.#retry !== null;
  }

  /** Stops for good: `trying` stays true. */
  stop(): void {
    this.#retry?.abort();
  }

  /** The network is there again: tries at once, and waits no longer for an answer from before. */
  hurry(): void {
    this.#hurry();
  }

  /** Asks for a fresh token and joins with it, until that works or cannot work any more. */
  async run(meeting: () => MeetingSession, join: (fresh: MeetingSession) => Promise<boolean>): Promise<Back> {
    this.#retry?.abort();
    const retry = new AbortController();
    this.#retry = retry;
    let attempt = 0;
    let step = new AbortController();
    this.#hurry = () => {
      attempt = 0;
      step.abort();
    };
    retry.signal.addEventListener("abort", () => step.abort());
    while (!retry.signal.aborted) {
      step = new AbortController();
      await pause(waits[Math.min(attempt++, waits.length - 1)] ?? 0, step.signal);
      const answer = await freshSession(meeting(), step.signal);
      if (retry.signal.aborted) return "stopped";
      if (answer.kind === "over" || answer.kind === "out") return answer.kind;
      if (answer.kind === "session" && (await join(answer.session))) break;
    }
    if (this.#retry === retry) this.#retry = null;
    return "in";
  }
}

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

// The server's side of coming back and of ending: small requests to the page's own origin.
import { isBusy, request } from "../request.ts";
import type { MeetingSession } from "../types.ts";

/** A fresh session, or what to do without one. */
export type Answer =
  | { kind: "session"; session: MeetingSession }
  | { kind: "over" } // the meeting ended while the line was down
  | { kind: "out" } // the lobby has to let us in again: full, signed out, gone
  | { kind: "later" }; // the server cannot be reached or is busy

const headers = (csrf: string) => ({ Accept: "application/json", "X-CSRF-Token": csrf });

/** Asks for a fresh token, to come back after a long interruption. */
export async function freshSession(old: MeetingSession, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await request(old.urls.token, { method: "POST", headers: headers(old.csrf), signal });
    if (response.ok) return { kind: "session", session: (await response.json()) as MeetingSession };
    if (response.status === 410) return { kind: "over" };
    return isBusy(response) ? { kind: "later" } : { kind: "out" };
  } catch {
    return { kind: "later" };
  }
}

/** Ends the meeting for everybody. Answers whether the server agreed. */
export async function endForAll(session: MeetingSession): Promise<boolean> {
  try {
    const response = await request(session.urls.end, { method: "POST", headers: headers(session.csrf) });
    return response.ok;
  } catch {
    return false;
  }
}

// Pictures of the people in the meeting, for who may see them: members of the organization. Whoever has none has initials.
import { request } from "./request.ts";
import type { Person, Store } from "./state.ts";
import type { MeetingSession } from "./types.ts";

export type Faces = Readonly<Record<string, string>>;

/** Only addresses of our own pictures are shown, whatever the answer holds. */
const ours = /^\/picture\/[0-9a-f-]+\/[0-9a-f]+\.jpg$/;

export function facesFrom(answer: unknown): Faces {
  const faces: Record<string, string> = {};
  if (typeof answer !== "object" || answer === null) return faces;
  for (const [identity, address] of Object.entries(answer)) {
    if (typeof address === "string" && ours.test(address)) faces[identity] = address;
  }
  return faces;
}

/** Asks when somebody comes who was not asked about yet; one question at a time. */
export function followFaces(meeting: MeetingSession, store: Store): void {
  if (!meeting.host) return;
  const asked = new Set<string>();
  let asking = false;
  const look = async (people: readonly Person[]): Promise<void> => {
    const fresh = people.filter((p) => !asked.has(p.identity));
    if (asking || fresh.length === 0 || store.state.connection !== "live") return;
    asking = true;
    for (const p of fresh) asked.add(p.identity);
    try {
      const response = await request(`${meeting.urls.lobby}/faces`, { headers: { Accept: "application/json" } });
      if (response.ok) store.dispatch({ type: "faces", faces: facesFrom(await response.json()) });
    } catch {
      // Initials stay; who comes next is asked about again.
    } finally {
      asking = false;
    }
    if (store.state.people.some((p) => !asked.has(p.identity))) void look(store.state.people);
  };
  store.subscribe((now, before) => {
    if (now.people !== before.people || now.connection !== before.connection) void look(now.people);
  });
}

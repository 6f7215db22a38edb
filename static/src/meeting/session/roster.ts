import { type RemoteParticipant, type RemoteTrackPublication, type Room, Track } from "livekit-client";
import type { MeetingSession } from "../types.ts";
import type { Person, Picture } from "../state.ts";
import { ownPicture } from "./picture.ts";
import type { Sources } from "./sources.ts";

/** A camera as a picture. */
type PictureOf = (camera: RemoteTrackPublication) => Picture;

/**
 * Everybody the node says is here, in join order, and oneself last. In an encrypted meeting there is nothing to see of the
 * others before the key is here, and never anything that is not encrypted.
 */
export function rosterOf(room: Room, me: MeetingSession, sources: Sources, keyed: boolean, pictureOf: PictureOf): Person[] {
  const others = [...room.remoteParticipants.values()].sort(
    (a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0),
  );
  return [...others.map((p) => otherPerson(p, keyed, me.encryption !== null, pictureOf)), self(me, sources, room)];
}

function otherPerson(p: RemoteParticipant, keyed: boolean, sealed: boolean, pictureOf: PictureOf): Person {
  const camera = p.getTrackPublication(Track.Source.Camera);
  const microphone = p.getTrackPublication(Track.Source.Microphone);
  const shown = camera?.isMuted === false && keyed && (camera.isEncrypted || !sealed);
  return {
    identity: p.identity,
    name: p.name || p.identity,
    self: false,
    microphone: microphone !== undefined && !microphone.isMuted,
    video: shown ? pictureOf(camera) : null,
  };
}

/** Oneself, as it looks before and after the node has answered. */
export function self(me: MeetingSession, sources: Sources, room: Room | null): Person {
  return {
    identity: me.identity,
    name: room?.localParticipant.name || me.name, // another than at the door, where somebody was given one
    self: true,
    microphone: sources.microphone.live,
    video: sources.camera.live && sources.camera.track ? ownPicture(sources.camera.track) : null,
  };
}

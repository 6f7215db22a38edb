import { type Room, Track } from "livekit-client";
import type { Share } from "../state/stage.ts";

/**
 * The screens that others share, as the node tells. In an encrypted meeting nothing of them is shown before the key is
 * here, and never anything that is not encrypted.
 */
export function sharesOf(room: Room, keyed: boolean, sealed: boolean): Share[] {
  const shares: Share[] = [];
  for (const p of room.remoteParticipants.values()) {
    const screen = p.getTrackPublication(Track.Source.ScreenShare);
    if (!screen || screen.isMuted) continue;
    const shown = keyed && (screen.isEncrypted || !sealed);
    const sound = p.getTrackPublication(Track.Source.ScreenShareAudio);
    shares.push({
      identity: p.identity,
      name: p.name || p.identity,
      picture: shown ? (screen.videoTrack ?? null) : null,
      sound: sound !== undefined && !sound.isMuted,
    });
  }
  return shares;
}

const sources = { share: Track.Source.ScreenShare, microphone: Track.Source.Microphone, camera: Track.Source.Camera } as const;

/** Whether the node takes what this person writes. */
export function mayWrite(room: Room): boolean {
  return room.localParticipant.permissions?.canPublishData ?? true; // not told yet
}

/** Whether the node takes this person's screen, microphone or camera. */
export function maySend(room: Room, what: keyof typeof sources): boolean {
  const permissions = room.localParticipant.permissions;
  if (!permissions) return true; // not told yet
  const source = Track.sourceToProto(sources[what]);
  return permissions.canPublish && (permissions.canPublishSources.length === 0 || permissions.canPublishSources.includes(source));
}

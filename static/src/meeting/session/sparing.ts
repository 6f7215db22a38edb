// Sending and receiving less than is wished for, for the sake of a busy device.
import { type LocalVideoTrack, type Room, Track, VideoQuality } from "livekit-client";

/** What the node wishes for, as the client keeps it to itself. */
interface Layer {
  quality: number;
  enabled: boolean;
  clone(): Layer;
}

interface Inner {
  subscribedCodecs?: { codec: string; qualities: Layer[] }[];
  setPublishingLayers(svc: boolean, qualities: Layer[]): Promise<void>;
}

const caps = new WeakMap<LocalVideoTrack, VideoQuality>();

/**
 * Sends no layer above `cap`. Call it again and again: the client follows each wish of the node's for layers by itself, and
 * knows no bound of its own. The node goes on with the largest layer that comes.
 */
export async function capSent(camera: LocalVideoTrack, cap: VideoQuality): Promise<void> {
  const before = caps.get(camera) ?? VideoQuality.HIGH;
  caps.set(camera, cap);
  if (cap === VideoQuality.HIGH && before === VideoQuality.HIGH) return;
  const inner = camera as unknown as Inner;
  const wished = inner.subscribedCodecs?.find((c) => camera.codec === undefined || c.codec === camera.codec)?.qualities;
  if (!wished) return camera.setPublishingQuality(cap);
  const bound: number = cap;
  const above = wished.some((q) => q.enabled && q.quality > bound);
  const bounded = wished.map((q) => {
    const copy = q.clone();
    copy.enabled = q.quality <= bound && (q.enabled || (above && q.quality === bound));
    return copy;
  });
  await inner.setPublishingLayers(false, bounded);
}

/** Receives no larger layer of people than `cap`; their screens come as they are. */
export function capReceived(room: Room, cap: VideoQuality): void {
  for (const person of room.remoteParticipants.values()) {
    const camera = person.getTrackPublication(Track.Source.Camera);
    if (camera?.isSubscribed && camera.videoQuality !== cap) camera.setVideoQuality(cap);
  }
}

// The page of bench/frames.ts: one person who shows a camera, or one who waits for its first frame.
import { Room, RoomEvent, type RemoteTrack } from "livekit-client";

export interface Times {
  /** Milliseconds since connect() was called. */
  connected: number;
  painted: number;
}

declare global {
  interface Window {
    publish: (url: string, token: string, onePeerConnection: boolean) => Promise<void>;
    watch: (url: string, token: string, onePeerConnection: boolean) => Promise<Times>;
  }
}

const newRoom = (onePeerConnection: boolean) => new Room({ singlePeerConnection: onePeerConnection });

window.publish = async (url, token, onePeerConnection) => {
  const room = newRoom(onePeerConnection);
  await room.connect(url, token);
  await room.localParticipant.setCameraEnabled(true, { resolution: { width: 640, height: 360, frameRate: 30 } });
};

window.watch = async (url, token, onePeerConnection) => {
  const room = newRoom(onePeerConnection);
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const painted = new Promise<number>((resolve) => {
    room.on(RoomEvent.TrackSubscribed, (track: RemoteTrack) => {
      track.attach(video);
      video.requestVideoFrameCallback((now) => resolve(now));
    });
  });
  const begun = performance.now();
  await room.connect(url, token);
  const connected = performance.now() - begun;
  const times = { connected, painted: (await painted) - begun };
  await room.disconnect();
  return times;
};

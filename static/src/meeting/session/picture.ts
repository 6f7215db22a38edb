import { RemoteVideoTrack, type Room } from "livekit-client";
import type { Picture } from "../state.ts";

const own = new WeakMap<MediaStreamTrack, Picture>();

/** One's own camera as a picture: it goes straight to the element. */
export function ownPicture(track: MediaStreamTrack): Picture {
  const known = own.get(track);
  if (known) return known;
  const made: Picture = {
    mediaStreamTrack: track,
    attach(element) {
      element.srcObject = new MediaStream([track]);
      void element.play().catch(() => undefined);
    },
    detach(element) {
      element.srcObject = null;
    },
  };
  own.set(track, made);
  return made;
}

/** An element that nobody ever sees. */
const nowhere = {
  element: {},
  visible: false,
  pictureInPicture: false,
  visibilityChangedAt: undefined,
  width: () => 0,
  height: () => 0,
  observe: () => undefined,
  stopObserving: () => undefined,
};

/**
 * Pictures of people on other pages of the stage have no element. The node has to be told so of each,
 * or it sends them: a track says nothing of its size before it has had an element.
 */
export class Unseen {
  readonly #told = new WeakSet<RemoteVideoTrack>();

  /** Call when the stage has been drawn. */
  pause(room: Room): void {
    for (const participant of room.remoteParticipants.values()) {
      for (const { track } of participant.videoTrackPublications.values()) {
        if (!(track instanceof RemoteVideoTrack) || this.#told.has(track)) continue;
        this.#told.add(track);
        if (track.attachedElements.length === 0) track.observeElementInfo({ ...nowhere });
      }
    }
  }
}

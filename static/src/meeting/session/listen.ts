// Which of a room's events the session acts on.
import { type DisconnectReason, type Room, RoomEvent } from "livekit-client";

/** What happens in a room. Only `roster` is told of a room that has been let go of, too. */
export interface Ear {
  /** Whether this is still the room one is in. */
  present(): boolean;
  /** The node has let us in; media follows. */
  welcome(): void;
  down(): void;
  live(): void;
  /** The room's metadata is another. */
  metadata(): void;
  /** The node or the server sent a packet. */
  told(topic: string, text: string): void;
  disconnected(reason: DisconnectReason | undefined): void;
  /** Somebody, or something of somebody, changed. */
  roster(): void;
  /** The node said how good somebody's connection is. */
  quality(): void;
}

/** Call before the room connects. */
export function listen(room: Room, ear: Ear): void {
  const mine = (what: () => void) => () => {
    if (ear.present()) what();
  };
  room
    .on(RoomEvent.SignalConnected, mine(() => ear.welcome()))
    .on(RoomEvent.Reconnecting, mine(() => ear.down()))
    .on(RoomEvent.SignalReconnecting, mine(() => ear.down()))
    .on(RoomEvent.Reconnected, mine(() => ear.live()))
    .on(RoomEvent.RoomMetadataChanged, mine(() => ear.metadata()))
    .on(RoomEvent.ConnectionQualityChanged, mine(() => ear.quality()))
    .on(RoomEvent.DataReceived, (payload, _person, _kind, topic, _encryption, identity) => {
      // The node writes on each packet who it is from. Nobody's are its own and the server's: also somebody who is not on the roster has an identity.
      if (!identity && ear.present()) ear.told(topic ?? "", new TextDecoder().decode(payload));
    })
    .on(RoomEvent.Disconnected, (reason) => {
      if (ear.present()) ear.disconnected(reason);
    });
  // The client asks the browser for a report on each track every two seconds, for a figure that nobody here reads.
  room.on(RoomEvent.TrackSubscribed, (track) => track.stopMonitor());
  for (const event of rosterEvents) room.on(event, () => ear.roster());
}

const rosterEvents = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackPublished,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.ParticipantPermissionsChanged,
] as const;

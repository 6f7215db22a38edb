// How the room is joined and what is sent to it.
import { type RoomOptions, VideoPreset } from "livekit-client";

/** The node's address; the node gives by itself no more pictures than a page has places for. */
export const addressFor = (server: string, pictures: number): string => `${server}?pictures=${pictures}`;

const hd = new VideoPreset(1280, 720, 1_700_000, 30);

/** What small tiles are shown from. */
const smaller = [new VideoPreset(320, 180, 160_000, 20), new VideoPreset(640, 360, 500_000, 30)];

/**
 * Two connections; VP8, which every browser can encrypt, in three layers. The node gets to know how large
 * each picture is shown (adaptive stream), and publishers which layers anybody watches (dynacast).
 */
export const options: RoomOptions = {
  singlePeerConnection: false,
  adaptiveStream: true,
  dynacast: true,
  stopLocalTrackOnUnpublish: false,
  disconnectOnPageLeave: true,
  publishDefaults: {
    videoCodec: "vp8",
    backupCodec: false,
    simulcast: true,
    videoSimulcastLayers: smaller,
    videoEncoding: hd.encoding,
    dtx: true,
    red: false,
  },
};

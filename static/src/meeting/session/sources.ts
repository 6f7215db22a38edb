// Both of one's own devices together: asking for them at once, and the list of what is there.
import { faultOf } from "../faults.ts";
import type { Device, DeviceKind } from "../state.ts";
import { askFor } from "./devices.ts";
import { Source } from "./source.ts";

export interface Sources {
  microphone: Source;
  camera: Source;
}

const kinds: Record<MediaDeviceKind, DeviceKind> = {
  audioinput: "microphone",
  videoinput: "camera",
  audiooutput: "speaker",
};

/** Can this page have devices at all? */
export function mediaSupport(): "ok" | "insecure" | "unsupported" {
  if (!window.isSecureContext) return "insecure";
  if (!("RTCPeerConnection" in window) || !navigator.mediaDevices) return "unsupported";
  return "ok";
}

/** Can this browser encrypt what it sends and decrypt what it gets, end to end? */
export function canEncrypt(): boolean {
  const streams = "RTCRtpSender" in window && "createEncodedStreams" in RTCRtpSender.prototype;
  return window.isSecureContext && "subtle" in crypto && ("RTCRtpScriptTransform" in window || streams);
}

export const canChooseSpeaker = (): boolean => "setSinkId" in HTMLMediaElement.prototype;

/** The devices there are. Labels are empty until the person has allowed one of the kind. */
export async function listDevices(): Promise<Record<DeviceKind, Device[]>> {
  const found: Record<DeviceKind, Device[]> = { microphone: [], camera: [], speaker: [] };
  if (!navigator.mediaDevices) return found;
  for (const device of await navigator.mediaDevices.enumerateDevices()) {
    found[kinds[device.kind]].push({ id: device.deviceId, label: device.label });
  }
  return found;
}

/** Asks for everything that should be on in one question, and again apart when that fails. */
export async function startSources(sources: Sources): Promise<void> {
  const present = await listDevices();
  const wanted = [sources.microphone, sources.camera].filter((s) => s.state.on && s.track === null);
  for (const source of wanted) {
    if (present[source.kind].length === 0) source.fail("missing");
  }
  const asked = wanted.filter((s) => s.state.on);
  if (asked.length === 0) return;
  for (const source of asked) source.expect();
  if (!(await startTogether(asked))) await startApart(asked);
}

async function startTogether(asked: Source[]): Promise<boolean> {
  try {
    const stream = await askFor(asked.map(({ kind, state }) => ({ kind, device: state.device })));
    for (const source of asked) adoptFrom(stream, source);
    return true;
  } catch (error) {
    const fault = faultOf(error);
    if (asked.length > 1 && !(await refused(fault, asked))) return false;
    for (const source of asked) if (source.state.on) source.fail(fault);
    return true;
  }
}

function adoptFrom(stream: MediaStream, source: Source): void {
  const [track] = source.kind === "camera" ? stream.getVideoTracks() : stream.getAudioTracks();
  if (track) source.adopt(track);
  else source.fail("missing");
}

/** Was the answer about all of them? Then asking again one by one would only nag. */
async function refused(fault: string, asked: Source[]): Promise<boolean> {
  if (fault === "dismissed") return true;
  if (fault !== "denied") return false;
  const answers = await Promise.all(asked.map((s) => permission(s.kind)));
  return answers.every((a) => a !== "granted");
}

/** The browser's present answer for a device, where it tells. */
export async function permission(kind: "microphone" | "camera"): Promise<PermissionState | "unknown"> {
  try {
    return (await navigator.permissions.query({ name: kind as PermissionName })).state;
  } catch {
    return "unknown";
  }
}

async function startApart(asked: Source[]): Promise<void> {
  for (const source of asked) await source.turn(true);
}

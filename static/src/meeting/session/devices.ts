// Asking the browser for a camera and a microphone.

export type SourceKind = "microphone" | "camera";

/** A kind of device, and the one that was chosen; "" for whichever there is. */
export interface Wish {
  kind: SourceKind;
  device: string;
}

const picture: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};
const sound: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

type Ask = (constraints: MediaStreamConstraints) => Promise<MediaStream>;

const browser: Ask = (constraints) => navigator.mediaDevices.getUserMedia(constraints);

/**
 * Asks for the devices that were chosen and no other: Chromium gives the usual microphone to who merely names another one.
 * One that is gone does not stop the asking: then it is whichever there is.
 */
export async function askFor(wishes: readonly Wish[], ask: Ask = browser): Promise<MediaStream> {
  const named = wishes.some((w) => w.device !== "");
  try {
    return await ask(constraintsFor(wishes, "exact"));
  } catch (error) {
    if (!named || !isGone(error)) throw error;
    return ask(constraintsFor(wishes, "ideal"));
  }
}

function constraintsFor(wishes: readonly Wish[], strength: "exact" | "ideal"): MediaStreamConstraints {
  const constraints: MediaStreamConstraints = {};
  for (const { kind, device } of wishes) {
    const base = kind === "camera" ? picture : sound;
    const wanted = device === "" ? base : { ...base, deviceId: { [strength]: device } };
    if (kind === "camera") constraints.video = wanted;
    else constraints.audio = wanted;
  }
  return constraints;
}

function isGone(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: unknown };
  return name === "OverconstrainedError" || name === "NotFoundError" || name === "DevicesNotFoundError";
}

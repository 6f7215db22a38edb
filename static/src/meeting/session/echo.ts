// Records a few seconds of a microphone and plays them back, through the speaker that was chosen.
import { loudness } from "./levels.ts";

/** What was recorded, and how loud it was, look by look. */
export interface Recording {
  sound: Blob;
  looks: number[];
  peaks: number[];
}

const lookEvery = 100;
const fewest = 10;
/** How long a browser may take to get its sound going, in milliseconds. Without a device that plays, Firefox never does. */
const startTakes = 3000;

/** Can this browser record at all? */
export const canRecord = (): boolean => "MediaRecorder" in window && "AudioContext" in window;

/**
 * Records a track for so many milliseconds, or until the signal says that it is enough; tells how loud
 * it is meanwhile, 0 to 1. Nothing leaves the browser.
 */
export async function record(track: MediaStreamTrack, ms: number, enough: AbortSignal, level: (loud: number) => void): Promise<Recording> {
  const stream = new MediaStream([track]);
  const context = new AudioContext();
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  const [looks, peaks]: [number[], number[]] = [[], []];
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    await Promise.race([context.resume(), until(startTakes, enough)]);
    if (context.state !== "running" && !enough.aborted) throw new Error("the browser's sound does not start");
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096; // some 90 ms
    context.createMediaStreamSource(stream).connect(analyser);
    const buffer = new Float32Array(analyser.fftSize);
    timer = setInterval(() => {
      const loud = loudness(analyser, buffer);
      looks.push(loud);
      peaks.push(buffer.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
      level(loud);
    }, lookEvery);
    const stopped = new Promise<void>((resolve, reject) => {
      recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
      recorder.addEventListener("stop", () => resolve());
      recorder.addEventListener("error", () => reject(new Error("the browser stopped recording")));
    });
    recorder.start();
    await until(ms, enough);
    while (looks.length < fewest && !enough.aborted) await until(lookEvery, enough); // a busy browser looks seldom
    if (recorder.state !== "inactive") recorder.stop();
    await stopped;
  } finally {
    clearInterval(timer);
    void context.close();
  }
  return { sound: new Blob(parts, { type: recorder.mimeType }), looks, peaks };
}

/** Plays a recording to its end, or until the signal says that it is enough. */
export async function play({ sound }: Recording, speaker: string, enough: AbortSignal): Promise<void> {
  const address = URL.createObjectURL(sound);
  const audio = new Audio(address);
  try {
    if (speaker !== "" && "setSinkId" in audio) await audio.setSinkId(speaker).catch(() => undefined);
    const ended = new Promise<void>((resolve, reject) => {
      audio.addEventListener("ended", () => resolve());
      audio.addEventListener("error", () => reject(new Error("the recording cannot be played")));
      enough.addEventListener("abort", () => resolve());
    });
    await audio.play();
    await ended;
  } finally {
    audio.pause();
    URL.revokeObjectURL(address);
  }
}

function until(ms: number, enough: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    if (enough.aborted) stop();
    enough.addEventListener("abort", stop);
  });
}

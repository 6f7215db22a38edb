// Notices when somebody talks although their microphone is off. Heard here only; nothing of it is kept or sent.
import { loudness } from "./levels.ts";
import type { Source } from "./source.ts";

const every = 100;
/** Louder than a room and a keyboard. */
const loud = 0.03;
/** A voice fills most of a second; a cough and a door do not. */
const inWindow = 10;
const needed = 5;
/** How long it is said, in milliseconds. */
const saidFor = 4000;

/** Of the last looks, which were loud. Pure. */
export class Talk {
  #looks: boolean[] = [];

  /** Takes the loudness of one look, 0 to 1; says whether somebody is talking. */
  hears(level: number): boolean {
    this.#looks = [...this.#looks, level > loud].slice(-inWindow);
    return this.#looks.filter(Boolean).length >= needed;
  }

  forget(): void {
    this.#looks = [];
  }
}

/**
 * Tells when somebody talks with the microphone off, and when that was long enough ago. A track that is off gives
 * silence to everybody, so that a copy of it is listened to, for as long as the page may have the microphone at all.
 */
export function followMutedTalk(microphone: Source, tell: (talking: boolean) => void, until: AbortSignal): void {
  const talk = new Talk();
  const buffer = new Float32Array(1024);
  let copy: MediaStreamTrack | null = null;
  let of: MediaStreamTrack | null = null;
  let context: AudioContext | null = null;
  let analyser: AnalyserNode | null = null;
  let saidAt = 0;
  const drop = () => {
    copy?.stop();
    void context?.close();
    copy = of = context = analyser = null;
    talk.forget();
  };
  const listen = () => {
    const wanted = microphone.state.on ? null : microphone.track;
    if (wanted === of) return;
    drop();
    if (!wanted) return quiet();
    of = wanted;
    copy = wanted.clone();
    copy.enabled = true;
    context = new AudioContext();
    analyser = context.createAnalyser();
    analyser.fftSize = buffer.length;
    context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
  };
  const quiet = () => {
    if (saidAt > 0) tell(false);
    saidAt = 0;
  };
  const timer = setInterval(() => {
    const now = performance.now();
    if (analyser && talk.hears(loudness(analyser, buffer))) {
      if (saidAt === 0) tell(true);
      saidAt = now;
    } else if (saidAt > 0 && now - saidAt > saidFor) quiet();
  }, every);
  microphone.onChange(listen, until);
  listen();
  until.addEventListener("abort", () => {
    clearInterval(timer);
    drop();
  });
}

// How loud each voice is, measured here, so that the speaking light needs nothing from the server.

const every = 80;
const loud = 0.018;
const quiet = 0.009;
const silenceBeforeOff = 350;

interface Voice {
  source: MediaStreamAudioSourceNode;
  analyser: AnalyserNode;
  speaking: boolean;
  heard: number;
}

/** The root mean square of one analyser's present window, 0 to 1. */
export function loudness(analyser: AnalyserNode, buffer: Float32Array<ArrayBuffer>): number {
  analyser.getFloatTimeDomainData(buffer);
  let sum = 0;
  for (const sample of buffer) sum += sample * sample;
  return Math.sqrt(sum / buffer.length);
}

/** Watches audio tracks and tells whose voice is heard. Close it when the meeting ends. */
export class Levels {
  #context: AudioContext | null = null;
  readonly #voices = new Map<string, Voice>();
  readonly #buffer = new Float32Array(512);
  readonly #timer: ReturnType<typeof setInterval>;
  #said = "";

  constructor(onChange: (speaking: ReadonlySet<string>) => void) {
    this.#timer = setInterval(() => this.#measure(onChange), every);
  }

  watch(identity: string, track: MediaStreamTrack): void {
    this.forget(identity);
    const context = (this.#context ??= new AudioContext());
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = this.#buffer.length;
    source.connect(analyser);
    this.#voices.set(identity, { source, analyser, speaking: false, heard: 0 });
  }

  forget(identity: string): void {
    this.#voices.get(identity)?.source.disconnect();
    this.#voices.delete(identity);
  }

  /** Nothing is measured before the first click on the page. */
  get running(): boolean {
    return this.#context?.state === "running";
  }

  /** Browsers start a context only after a click; harmless when it runs already. */
  async resume(): Promise<void> {
    if (this.#context?.state === "suspended") await this.#context.resume().catch(() => undefined);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#voices.clear();
    await this.#context?.close();
    this.#context = null;
  }

  #measure(onChange: (speaking: ReadonlySet<string>) => void): void {
    const now = performance.now();
    const speaking = new Set<string>();
    for (const [identity, voice] of this.#voices) {
      const level = loudness(voice.analyser, this.#buffer);
      if (level > (voice.speaking ? quiet : loud)) voice.heard = now;
      voice.speaking = voice.heard > 0 && now - voice.heard < silenceBeforeOff;
      if (voice.speaking) speaking.add(identity);
    }
    const said = [...speaking].sort().join("\n");
    if (said === this.#said) return;
    this.#said = said;
    onChange(speaking);
  }
}

import { setAttr } from "../dom.ts";
import { loudness } from "../session/levels.ts";
import type { Source } from "../session/source.ts";

const every = 90;

/** Shows how loud one's own microphone is, as bars and as a meter for screen readers. */
export class Meter {
  readonly #element: HTMLElement;
  readonly #bars: Element[];
  readonly #buffer = new Float32Array(1024);
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #track: MediaStreamTrack | null = null;
  #shown = 0;

  constructor(element: HTMLElement, microphone: Source, until: AbortSignal) {
    this.#element = element;
    this.#bars = [...element.children];
    const timer = setInterval(() => this.#measure(), every);
    const wake = () => void this.#context?.resume();
    for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, wake, { signal: until });
    microphone.onChange((s) => this.#listen(s.live ? s.track : null), until);
    until.addEventListener("abort", () => {
      clearInterval(timer);
      void this.#context?.close();
    });
  }

  #listen(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#source?.disconnect();
    this.#source = null;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= this.#context.createAnalyser();
    this.#analyser.fftSize = this.#buffer.length;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** Rises at once and falls slowly, as the ear does. */
  #measure(): void {
    const loud = this.#source && this.#analyser ? loudness(this.#analyser, this.#buffer) : 0;
    const now = scaled(loud);
    this.#shown = now > this.#shown ? now : Math.max(now, this.#shown - 9);
    setAttr(this.#element, "aria-valuenow", String(Math.round(this.#shown)));
    const lit = Math.round((this.#shown / 100) * this.#bars.length);
    this.#bars.forEach((bar, i) => bar.classList.toggle("is-lit", i < lit));
  }
}

/** Loudness in decibels from -60 to -12, as 0 to 100. */
function scaled(loud: number): number {
  if (loud <= 0) return 0;
  const decibels = 20 * Math.log10(loud);
  return Math.min(100, Math.max(0, ((decibels + 60) / 48) * 100));
}

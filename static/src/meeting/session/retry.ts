// Trying again over a line that comes and goes.

/** Between tries, in milliseconds; the last one is for all further tries. */
const waits = [500, 1000, 2000, 4000, 8000];

/** One thing that is tried until it works. Of tries that are to come there is never more than one, whoever asks meanwhile. */
export class Retry {
  readonly #work: () => void;
  readonly #later: (ms: number, then: () => void) => void;
  #failures = 0;
  /** Names the try that is to come; an older one that comes due is none. */
  #turn = 0;
  #due = false;

  constructor(work: () => void, later: (ms: number, then: () => void) => void) {
    this.#work = work;
    this.#later = later;
  }

  /** Tries at once: what was to come is replaced. */
  now(): void {
    this.#turn++;
    this.#due = false;
    this.#work();
  }

  /** Tries at once, unless a try is to come by itself. */
  ask(): void {
    if (!this.#due) this.#work();
  }

  worked(): void {
    this.#failures = 0;
  }

  /** Tries again after a pause that grows with each failure, and not before the server wants to be asked. */
  failed(after = 0): void {
    const turn = ++this.#turn;
    this.#due = true;
    const pause = waits[Math.min(this.#failures++, waits.length - 1)] ?? 0;
    this.#later(Math.max(after, pause), () => {
      if (turn === this.#turn) this.now();
    });
  }
}

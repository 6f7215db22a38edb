// Doing once what many events ask for.

/**
 * Does its work at once when it is asked for, and whatever is asked for until the next frame once more, then. A hundred
 * people who come in one moment are drawn twice, and somebody who comes alone without a delay.
 */
export class Paced {
  readonly #work: () => void;
  readonly #next: (then: () => void) => void;
  #resting = false;
  #asked = false;

  constructor(work: () => void, next: (then: () => void) => void = nextFrame) {
    this.#work = work;
    this.#next = next;
  }

  ask(): void {
    if (this.#resting) {
      this.#asked = true;
      return;
    }
    this.#resting = true;
    this.#next(() => this.#rested());
    this.#work();
  }

  #rested(): void {
    this.#resting = false;
    if (!this.#asked) return;
    this.#asked = false;
    this.ask();
  }
}

/** How long a page may draw no frame, as one that is hidden does, before what waits for a frame is done without. */
const withoutFrame = 200;

function nextFrame(then: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    then();
  };
  requestAnimationFrame(once);
  setTimeout(once, withoutFrame);
}

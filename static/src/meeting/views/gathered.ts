// Sentences that many people cause at once, for screen readers.

/** How long one has for what was said last, in milliseconds. */
const every = 2000;
/** More than this at once are told as a number. */
const namedAtOnce = 2;

/** Sentences of one kind: the first is said at once, and what comes in the next moments together. */
export class Gathered {
  readonly #say: (text: string) => void;
  readonly #many: (n: number) => string;
  readonly #later: (ms: number, then: () => void) => void;
  #resting = false;
  #waiting: string[] = [];

  constructor(say: (text: string) => void, many: (n: number) => string, later: (ms: number, then: () => void) => void = (ms, then) => void setTimeout(then, ms)) {
    this.#say = say;
    this.#many = many;
    this.#later = later;
  }

  add(text: string): void {
    if (this.#resting) return void this.#waiting.push(text);
    this.#say(text);
    this.#rest();
  }

  #rest(): void {
    this.#resting = true;
    this.#later(every, () => {
      this.#resting = false;
      const texts = this.#waiting;
      this.#waiting = [];
      if (texts.length === 0) return;
      for (const text of texts.length > namedAtOnce ? [this.#many(texts.length)] : texts) this.#say(text);
      this.#rest();
    });
  }
}

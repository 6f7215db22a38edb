/** Screen readers are told how much room is left when it falls below one of these, and not with each letter. */
const steps = [0, 20, 50, 100, 200];

/** How many characters are left is worth showing from here on. */
export const shownFrom = 200;

/** Counts what is left to write in a field; gives the number when it is to be said. */
export class Left {
  #step: number | undefined;

  /** The number to say, `null` for what was said to stand no more, and nothing while it stands. */
  now(left: number): number | null | undefined {
    const step = steps.find((s) => left <= s);
    if (step === this.#step) return undefined;
    this.#step = step;
    return step === undefined ? null : left;
  }
}

import { dial } from "../clock.ts";

const ns = "http://www.w3.org/2000/svg";

/** A ring that is lit for the time left. */
export class Dial {
  readonly element = document.createElementNS(ns, "svg");
  readonly #arc = document.createElementNS(ns, "circle");

  constructor(size: number) {
    this.element.setAttribute("viewBox", "0 0 36 36");
    this.element.setAttribute("width", String(size));
    this.element.setAttribute("height", String(size));
    this.element.setAttribute("aria-hidden", "true");
    this.element.classList.add("m-dial");
    const track = document.createElementNS(ns, "circle");
    for (const circle of [track, this.#arc]) {
      for (const [name, value] of Object.entries({ cx: "18", cy: "18", r: "15", pathLength: "100" })) {
        circle.setAttribute(name, value);
      }
      this.element.append(circle);
    }
    track.classList.add("m-dial-track");
    this.#arc.classList.add("m-dial-arc");
    this.#arc.setAttribute("transform", "rotate(-90 18 18)");
  }

  set(left: number): void {
    const lit = Math.round(dial(left) * 1000) / 10;
    this.#arc.setAttribute("stroke-dasharray", `${lit} 100`);
  }
}

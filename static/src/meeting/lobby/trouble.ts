import { advice } from "../advice.ts";
import { h, need } from "../dom.ts";
import { browserOf } from "../faults.ts";
import { icon } from "../icons.ts";
import type { Source } from "../session/source.ts";
import type { Sources } from "../session/sources.ts";
import type { Texts } from "../texts.ts";

/** Says what is wrong with the devices, how to mend it, and that one can join without. */
export class Trouble {
  readonly #place = need("#trouble", HTMLElement);
  readonly #sources: Sources;
  readonly #t: Texts;
  readonly #again: () => void;
  #said = "";

  constructor(sources: Sources, t: Texts, again: () => void, until: AbortSignal) {
    this.#sources = sources;
    this.#t = t;
    this.#again = again;
    for (const source of [sources.microphone, sources.camera]) source.onChange(() => this.render(), until);
    this.render();
  }

  render(): void {
    const { camera, microphone } = this.#sources;
    const words = this.#sentences([camera, microphone].filter((s) => s.state.fault !== null));
    const said = words.join("\n");
    if (said === this.#said) return;
    this.#said = said;
    this.#place.hidden = words.length === 0;
    this.#place.replaceChildren(...(words.length > 0 ? [this.#box(words)] : []));
  }

  /** One sentence for both when both have the same cause. */
  #sentences(bad: readonly Source[]): string[] {
    const [first, second] = bad;
    if (first && second && first.state.fault === second.state.fault) {
      const fault = first.state.fault ?? "unknown";
      const what = this.#t(`meeting.lobby.both.${fault}`);
      if (fault !== "denied") return [what];
      const browser = browserOf(navigator.userAgent, navigator.maxTouchPoints);
      return [`${what} ${this.#t(`meeting.allow.${browser}`)}`];
    }
    return bad.map((s) => advice(s.kind, s.state.fault ?? "unknown", this.#t));
  }

  #box(words: readonly string[]): HTMLElement {
    return h(
      "div",
      { class: "notice notice-warning" },
      icon("warning", 18),
      h(
        "div",
        { class: "notice-text" },
        ...words.map((text) => h("p", { text })),
        h("p", { class: "soft", text: this.#t("meeting.lobby.join_without") }),
      ),
      h("button", { class: "btn btn-small", text: this.#t("meeting.lobby.try_again"), attrs: { type: "button" }, on: { click: this.#again } }),
    );
  }
}

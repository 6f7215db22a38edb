import { h, setText, showFace } from "../dom.ts";
import { setIcon, icon } from "../icons.ts";
import type { Box } from "../layout.ts";
import type { Person, Picture } from "../state.ts";
import type { Texts } from "../texts.ts";

const tones = ["tone-spruce", "tone-clay", "tone-plum", "tone-info"] as const;

/** One of four quiet colours, always the same for a name. */
export function toneOf(name: string): string {
  let sum = 0;
  for (const symbol of name) sum = (sum * 31 + (symbol.codePointAt(0) ?? 0)) % 9973;
  return tones[sum % tones.length] ?? tones[0];
}

/** One person's place on the stage: the picture or initials, the name, whether the microphone is on. */
export class Tile {
  readonly element: HTMLLIElement;
  readonly #video = h("video", { attrs: { playsinline: true, autoplay: true, muted: true, "aria-hidden": "true" } });
  readonly #initials = h("span", { attrs: { "aria-hidden": "true" } });
  readonly #microphone = h("span", { class: "tile-mic" });
  readonly #name = h("span", { class: "tile-who" });
  readonly #role = h("span", { class: "tile-role" });
  readonly #muted = h("span", { class: "sr-only" });
  readonly #weak: HTMLElement;
  readonly #t: Texts;
  readonly #onFrame: () => void;
  #picture: Picture | null = null;
  #placed = false;

  constructor(t: Texts, onFrame: () => void) {
    this.#t = t;
    this.#onFrame = onFrame;
    this.#video.muted = true;
    this.#weak = h("p", { class: "tile-status" }, icon("weak", 16), h("span", { text: t("meeting.weak") }));
    this.element = h(
      "li",
      { class: "tile" },
      h("div", { class: "tile-picture" }, this.#initials, this.#video),
      h("p", { class: "tile-name" }, this.#microphone, this.#name, this.#role, this.#muted),
      this.#weak,
    );
  }

  render(person: Person, speaking: boolean, face?: string): void {
    const name = person.self ? this.#t("meeting.you") : person.name;
    setText(this.#name, name);
    this.#name.dir = "auto";
    setText(this.#role, person.host ? this.#t("meeting.host") : "");
    setText(this.#muted, person.microphone ? "" : this.#t("meeting.is_muted"));
    setIcon(this.#microphone, person.microphone ? "mic" : "mic-off", 16);
    showFace(this.#initials, person.name, face);
    this.#initials.className = `avatar avatar-large tile-initials ${toneOf(person.name)}`;
    this.element.classList.toggle("is-muted", !person.microphone);
    this.element.classList.toggle("is-self", person.self);
    this.element.classList.toggle("is-weak", person.weak);
    this.element.classList.toggle("is-speaking", speaking && !person.self);
    this.#weak.hidden = !person.weak;
    this.#show(person.video, person.self);
  }

  /** Puts the tile in its box; the first time without moving there. */
  place(box: Box): void {
    const { style } = this.element;
    style.transform = `translate(${box.x}px, ${box.y}px)`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.element.classList.toggle("is-small", box.width < 240);
    if (this.#placed) return;
    this.#placed = true;
    requestAnimationFrame(() => this.element.classList.add("is-placed"));
  }

  /** Lets go of the picture before the tile goes away. */
  close(): void {
    this.#show(null, false);
    this.element.remove();
  }

  /** Shows a picture. The tile has its place by now: the picture looks how large it is shown. */
  #show(picture: Picture | null, self: boolean): void {
    if (picture === this.#picture) return;
    this.#picture?.detach(this.#video);
    this.#picture = picture;
    this.element.classList.remove("has-picture");
    if (!picture) return;
    const backwards = picture.mediaStreamTrack.getSettings().facingMode === "environment";
    this.#video.classList.toggle("is-mirrored", self && !backwards);
    picture.attach(this.#video);
    this.#firstPicture(picture);
  }

  #firstPicture(picture: Picture): void {
    const drawn = () => {
      if (picture !== this.#picture) return;
      this.element.classList.add("has-picture");
      this.#onFrame();
    };
    if ("requestVideoFrameCallback" in this.#video) this.#video.requestVideoFrameCallback(drawn);
    else (this.#video as HTMLVideoElement).addEventListener("loadeddata", drawn, { once: true });
  }
}

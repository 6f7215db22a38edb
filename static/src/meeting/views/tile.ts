import { h, setAttr, setText, showFace } from "../dom.ts";
import { setIcon, icon } from "../icons.ts";
import { HandMark } from "./host/hand.ts";
import { type Box, isLow, isSmall, shownWhole } from "../layout.ts";
import { type Person, type Picture, alike } from "../state.ts";
import type { Level } from "../state/quality.ts";
import type { Texts } from "../texts.ts";
import { ConnectionMark } from "./connectionmark.ts";

const tones = ["tone-spruce", "tone-clay", "tone-plum", "tone-info"] as const;

/** One of four quiet colours, always the same for a name. */
export function toneOf(name: string): string {
  let sum = 0;
  for (const symbol of name) sum = (sum * 31 + (symbol.codePointAt(0) ?? 0)) % 9973;
  return tones[sum % tones.length] ?? tones[0];
}

/** How a tile looks beside what the person does. */
export interface TileLook {
  speaking: boolean;
  face: string | undefined;
  /** This person wants the tile large. */
  pinned: boolean;
  /** The host wants everybody to see it large. */
  spotlight: boolean;
  /** What they have to say in the meeting. */
  role: "host" | "cohost" | "";
  /** Their place among the raised hands, from 1; 0 for none. */
  hand: number;
  /** One's own picture is shown as in a mirror. */
  mirror: boolean;
  /** Pictures of others are not received. */
  soundOnly: boolean;
  /** This picture is not received for now, to spare a busy device. */
  spared: boolean;
  /** How good the person's connection is. */
  level: Level;
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
  readonly #gone = h("span", { class: "tile-gone-word" });
  readonly #hand: HandMark;
  readonly #weak: HTMLElement;
  readonly #connection: ConnectionMark;
  readonly #large = h("p", { class: "tile-status tile-large" });
  readonly #largeIcon = h("span", { class: "tile-mic" });
  readonly #largeWord = h("span");
  /** Makes this tile large, and no more; the stage says which of all can be reached by Tab. */
  readonly pin: HTMLButtonElement;
  readonly #t: Texts;
  readonly #onFrame: () => void;
  #picture: Picture | null = null;
  #mirror = true;
  #placed = false;
  #box: Box | null = null;
  #drawn: { person: Person; look: TileLook } | null = null;

  constructor(t: Texts, onFrame: () => void, onPin: () => void, onMark?: () => void) {
    this.#t = t;
    this.#onFrame = onFrame;
    this.#video.muted = true;
    this.#connection = new ConnectionMark(t);
    this.#hand = new HandMark(t, "tile-status");
    this.#weak = onMark
      ? h("button", { class: "tile-status", attrs: { type: "button", title: t("meeting.quality.open") }, on: { click: onMark } }, this.#connection.element)
      : h("p", { class: "tile-status" }, this.#connection.element);
    this.#large.append(this.#largeIcon, this.#largeWord);
    this.pin = h("button", { class: "tile-pin", attrs: { type: "button", tabindex: "-1" }, on: { click: onPin } }, icon("pin", 18));
    this.element = h(
      "li",
      { class: "tile" },
      h("div", { class: "tile-picture" }, this.#initials, this.#video, h("p", { class: "tile-gone" }, h("span", { class: "m-spinner" }), this.#gone)),
      h("p", { class: "tile-name" }, this.#microphone, this.#name, this.#role, this.#muted),
      this.#hand.element,
      this.#weak,
      this.#large,
      this.pin,
    );
    this.#video.addEventListener("resize", () => this.#fit());
    this.#picturePlace().addEventListener("dblclick", () => {
      if (!this.pin.hidden) onPin();
    });
  }

  /** Draws the person, unless they look as they did. */
  render(person: Person, look: TileLook): void {
    if (this.#drawn?.person === person && alike(this.#drawn.look, look)) return;
    this.#drawn = { person, look };
    const { speaking, face, pinned, spotlight, role, hand, mirror, soundOnly, spared, level } = look;
    const name = person.self ? this.#t("meeting.you") : person.name;
    setText(this.#name, name);
    this.#name.dir = "auto";
    setText(this.#role, spared ? this.#t("meeting.view.paused") : role === "" ? "" : this.#t(role === "host" ? "meeting.host" : "meeting.hosting.cohost"));
    setText(this.#muted, person.microphone ? "" : this.#t("meeting.is_muted"));
    setIcon(this.#microphone, person.microphone ? "mic" : "mic-off", 16);
    showFace(this.#initials, person.name, face);
    this.#initials.className = `avatar avatar-large tile-initials ${toneOf(person.name)}`;
    this.element.classList.toggle("is-muted", !person.microphone);
    this.element.classList.toggle("is-self", person.self);
    this.element.dataset["level"] = level;
    this.element.classList.toggle("is-speaking", speaking && !person.self);
    this.#hand.render(hand);
    this.#weak.hidden = level === "good" || hand > 0;
    this.#connection.set(level);
    setText(this.#gone, level === "lost" && !person.self ? this.#t("meeting.view.reconnecting") : "");
    this.#mark(pinned, spotlight);
    this.pin.hidden = person.self;
    const word = this.#t(pinned ? "meeting.view.unpin" : "meeting.view.pin", { name });
    setAttr(this.pin, "aria-label", word);
    this.pin.title = word;
    this.pin.classList.toggle("is-on", pinned);
    this.#mirror = mirror;
    this.#show((soundOnly || spared) && !person.self ? null : person.video, person.self);
  }

  /** One status at the top right: who wants to speak, what is wrong, what was chosen. */
  #mark(pinned: boolean, spotlight: boolean): void {
    this.#large.hidden = !this.#hand.element.hidden || !this.#weak.hidden || !(pinned || spotlight);
    if (this.#large.hidden) return;
    setIcon(this.#largeIcon, pinned ? "pin" : "spotlight", 16);
    setText(this.#largeWord, this.#t(pinned ? "meeting.view.pinned" : "meeting.view.spotlight"));
  }

  #picturePlace(): HTMLElement {
    return this.#video.parentElement ?? this.element;
  }

  /** Puts the tile in its box; the first time without moving there. */
  place(box: Box): void {
    if (this.#box && alike(this.#box, box)) return;
    this.#box = box;
    const { style } = this.element;
    style.transform = `translate(${box.x}px, ${box.y}px)`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.element.classList.toggle("is-small", isSmall(box));
    this.element.classList.toggle("is-low", isLow(box));
    this.#fit();
    if (this.#placed) return;
    this.#placed = true;
    requestAnimationFrame(() => this.element.classList.add("is-placed"));
  }

  /** Phones held upright send tall pictures, and may be turned at any time. */
  #fit(): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    this.#video.classList.toggle("is-whole", this.#box !== null && height > 0 && shownWhole({ width, height }, this.#box));
  }

  /** Lets go of the picture before the tile goes away. */
  close(): void {
    this.#show(null, false);
    this.element.remove();
  }

  /** Shows a picture. The tile has its place by now: the picture looks how large it is shown. */
  #show(picture: Picture | null, self: boolean): void {
    const backwards = picture?.mediaStreamTrack?.getSettings().facingMode === "environment";
    this.#video.classList.toggle("is-mirrored", self && this.#mirror && !backwards);
    if (picture === this.#picture) return;
    this.#picture?.detach(this.#video);
    this.#picture = picture;
    this.element.classList.remove("has-picture");
    if (!picture) return;
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

import { h, setAttr, setText } from "../dom.ts";
import { icon, setIcon, type IconName } from "../icons.ts";
import { type Box, isLow, isSmall } from "../layout.ts";
import type { Picture } from "../state.ts";
import type { Share } from "../state/stage.ts";
import type { Texts } from "../texts.ts";
import { Taps, type Touch, type Zoom, isTap, keyed, moved, scaled, wheeled, whole } from "../zoom.ts";

export interface ShareActs {
  pin(): void;
  /** Lets the screen fill the window, or ends that; null where there is nothing to fill. */
  full: (() => void) | null;
  /** The picture was drawn for the first time. */
  drawn(): void;
}

/** How long the tools stand on the picture after a finger touched it, in milliseconds; a pointer has them while it is there. */
const toolsFor = 4000;

/** Two clicks within so many milliseconds may be one double click. */
const doubleClick = 600;

/** Somebody's screen on the stage, never cropped. Large, it can be looked at from near, by wheel, fingers, drag and keys. */
export class ShareTile {
  readonly element: HTMLLIElement;
  readonly pin: HTMLButtonElement;
  readonly #video = h("video", { attrs: { playsinline: true, autoplay: true, muted: true, "aria-hidden": "true" } });
  readonly #frame: HTMLElement;
  readonly #wait = h("p", { class: "share-wait" });
  readonly #label = h("span", { class: "tile-who", attrs: { dir: "auto" } });
  readonly #kind = h("span", { class: "tile-role" });
  readonly #sound = h("span", { class: "tile-mic" });
  readonly #tools: HTMLElement;
  readonly #fit: HTMLButtonElement;
  readonly #full: HTMLButtonElement | null;
  readonly #nearness = h("output", { class: "share-nearness" });
  readonly #t: Texts;
  readonly #acts: ShareActs;
  readonly #fingers = new Map<number, { x: number; y: number }>();
  readonly #taps = new Taps();
  /** The one finger that may be tapping. */
  #tapping: Touch | null = null;
  #touched = false;
  #picture: Picture | null = null;
  #zoom: Zoom = whole;
  #chosenAt = -Infinity;
  #calming: ReturnType<typeof setTimeout> | undefined;
  #placed = false;

  constructor(t: Texts, acts: ShareActs) {
    this.#t = t;
    this.#acts = acts;
    this.#video.muted = true;
    this.#frame = h("div", { class: "share-frame", attrs: { role: "group" } }, this.#video, this.#wait);
    this.pin = h("button", { class: "tile-pin", attrs: { type: "button", tabindex: "-1" }, on: { click: () => acts.pin() } }, icon("pin", 18));
    this.#fit = this.#tool("fit", "meeting.share.fit", () => this.#go(whole));
    this.#full = acts.full && this.#tool("full", "meeting.view.full", acts.full);
    this.#tools = h(
      "div",
      { class: "share-tools" },
      this.#tool("zoom-out", "meeting.share.farther", () => this.#go(scaled(this.#zoom, 1 / 1.5))),
      this.#nearness,
      this.#tool("zoom-in", "meeting.share.nearer", () => this.#go(scaled(this.#zoom, 1.5))),
      this.#fit,
      this.#full,
    );
    this.element = h(
      "li",
      { class: "tile tile-share" },
      this.#frame,
      h("p", { class: "tile-name" }, icon("share", 16), this.#label, this.#kind, this.#sound),
      this.#tools,
      this.pin,
    );
    this.#follow();
  }

  render(share: Share, { large, pinned, alone, soundOnly }: { large: boolean; pinned: boolean; alone: boolean; soundOnly: boolean }): void {
    const words = this.#t(large ? "meeting.share.of" : "meeting.share.screen", { name: share.name });
    setText(this.#label, large ? words : share.name);
    setText(this.#kind, large ? "" : this.#t("meeting.view.screen"));
    this.#label.title = words;
    setAttr(this.#frame, "aria-label", large ? this.#t("meeting.share.look", { name: share.name }) : words);
    setAttr(this.#frame, "tabindex", large ? "0" : null);
    if (large && !this.#isLarge) this.#stir();
    this.element.classList.toggle("is-large", large);
    this.#tools.hidden = !large;
    this.#sound.hidden = !share.sound;
    if (share.sound) setIcon(this.#sound, "speaker", 16);
    const word = this.#t(pinned ? "meeting.view.unpin" : "meeting.view.pin", { name: words });
    setAttr(this.pin, "aria-label", word);
    this.pin.title = word;
    this.pin.classList.toggle("is-on", pinned);
    this.pin.hidden = alone;
    if (this.#full) this.#name(this.#full, alone ? "meeting.more.unfull" : "meeting.view.full", alone ? "full-off" : "full");
    if (!large) this.#go(whole);
    setText(this.#wait, this.#t(soundOnly ? "meeting.share.no_pictures" : "meeting.share.coming"));
    this.#show(soundOnly ? null : share.picture);
  }

  place(box: Box): void {
    const { style } = this.element;
    style.transform = `translate(${box.x}px, ${box.y}px)`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.element.classList.toggle("is-small", isSmall(box));
    this.element.classList.toggle("is-low", isLow(box));
    if (this.#placed) return;
    this.#placed = true;
    requestAnimationFrame(() => this.element.classList.add("is-placed"));
  }

  close(): void {
    clearTimeout(this.#calming);
    this.#show(null);
    this.element.remove();
  }

  #tool(name: IconName, word: string, press: () => void): HTMLButtonElement {
    const button = h("button", { class: "share-tool", attrs: { type: "button" }, on: { click: press } });
    this.#name(button, word, name);
    return button;
  }

  #name(button: HTMLButtonElement, word: string, name: IconName): void {
    const text = this.#t(word);
    setAttr(button, "aria-label", text);
    button.title = text;
    setIcon(button, name, 18);
  }

  #show(picture: Picture | null): void {
    if (picture === this.#picture) return;
    this.#picture?.detach(this.#video);
    this.#picture = picture;
    this.element.classList.remove("has-picture");
    if (!picture) return;
    picture.attach(this.#video);
    const drawn = () => {
      if (picture !== this.#picture) return;
      this.element.classList.add("has-picture");
      this.#acts.drawn();
    };
    if ("requestVideoFrameCallback" in this.#video) this.#video.requestVideoFrameCallback(drawn);
    else (this.#video as HTMLVideoElement).addEventListener("loadeddata", drawn, { once: true });
  }

  #go(zoom: Zoom): void {
    if (zoom === this.#zoom) return;
    this.#zoom = zoom;
    this.#video.style.transform = zoom.scale === 1 ? "" : `translate(${zoom.x * 100}%, ${zoom.y * 100}%) scale(${zoom.scale})`;
    this.element.classList.toggle("is-near", zoom.scale > 1);
    setText(this.#nearness, `${Math.round(zoom.scale * 100)} %`);
    setAttr(this.#fit, "aria-disabled", zoom.scale === 1 ? "true" : null);
  }

  /** Shows the tools for a while where no pointer can rest on the picture. */
  #stir(): void {
    clearTimeout(this.#calming);
    this.element.classList.remove("is-calm");
    this.#calming = setTimeout(() => this.element.classList.add("is-calm"), toolsFor);
  }

  get #isLarge(): boolean {
    return this.element.classList.contains("is-large");
  }

  #follow(): void {
    setText(this.#nearness, "100 %");
    setAttr(this.#fit, "aria-disabled", "true");
    const frame = this.#frame;
    frame.addEventListener("keydown", (event) => {
      const next = this.#isLarge && !event.ctrlKey && !event.metaKey && !event.altKey ? keyed(this.#zoom, event.key) : null;
      if (!next) return;
      event.preventDefault();
      event.stopPropagation();
      this.#go(next);
    });
    frame.addEventListener(
      "wheel",
      (event) => {
        if (!this.#isLarge) return;
        event.preventDefault();
        this.#go(wheeled(this.#zoom, event, this.#at(event), { width: frame.clientWidth, height: frame.clientHeight }));
      },
      { passive: false },
    );
    frame.addEventListener("click", (event) => {
      if (this.#isLarge) return;
      this.#chosenAt = event.timeStamp;
      this.#acts.pin();
    });
    frame.addEventListener("dblclick", (event) => {
      if (this.#touched || event.timeStamp - this.#chosenAt < doubleClick) return; // fingers are counted below; or its first half made this one large
      this.#nearOrWhole(event);
    });
    frame.addEventListener("pointerdown", (event) => {
      this.#touched = event.pointerType === "touch";
      if (!this.#isLarge) return;
      this.#tapping = this.#touched && this.#fingers.size === 0 ? touchOf(event) : null;
      this.#stir();
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener("pointermove", (event) => this.#drag(event));
    for (const over of ["pointerup", "pointercancel"] as const) frame.addEventListener(over, (event) => this.#fingers.delete(event.pointerId));
    frame.addEventListener("pointerup", (event) => {
      const up = touchOf(event);
      const tapped = this.#tapping !== null && isTap(this.#tapping, up);
      this.#tapping = null;
      if (tapped && this.#taps.second(up)) this.#nearOrWhole(event);
    });
  }

  #nearOrWhole(event: MouseEvent): void {
    this.#go(this.#zoom.scale > 1 ? whole : scaled(this.#zoom, 2, this.#at(event)));
  }

  /** One finger moves, two come nearer: what is under the other stays there. */
  #drag(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    this.#fingers.set(event.pointerId, now);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      return this.#go(scaled(this.#zoom, factor, this.#at({ clientX: other.x, clientY: other.y })));
    }
    this.#go(moved(this.#zoom, { x: (now.x - before.x) / this.#frame.clientWidth, y: (now.y - before.y) / this.#frame.clientHeight }));
  }

  /** A point of the frame, from its middle. */
  #at({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.#frame.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width - 0.5, y: (clientY - box.top) / box.height - 0.5 };
  }
}

const touchOf = ({ clientX, clientY, timeStamp }: PointerEvent): Touch => ({ x: clientX, y: clientY, at: timeStamp });

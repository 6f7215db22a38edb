import { h, setAttr, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Picture, State } from "../state.ts";
import type { Hint } from "../state/stage.ts";
import type { Ui } from "../ui.ts";

const hints: readonly Hint[] = ["text", "motion"];

/**
 * What says that one shares one's screen: a line with a small picture of it, what it is tuned for, and the end. The screen
 * itself is not on one's own stage, where it would show itself in itself for ever.
 */
export class Sharing {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #video = h("video", { attrs: { playsinline: true, autoplay: true, muted: true, "aria-hidden": "true" } });
  readonly #words = h("p", { class: "m-sharing-words" });
  readonly #tune = new Map<Hint, HTMLButtonElement>();
  #picture: Picture | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts } = ui;
    this.#video.muted = true;
    for (const hint of hints) {
      const press = () => acts.tuneShare(hint);
      this.#tune.set(hint, h("button", { class: "m-tune", attrs: { type: "button", title: t(`meeting.share.${hint}_means`) }, on: { click: press } }, icon(hint, 16), t(`meeting.share.${hint}`)));
    }
    const stop = h("button", { class: "btn btn-small btn-danger", attrs: { type: "button" }, on: { click: () => acts.share(false) } }, t("meeting.share.stop"));
    this.element = h(
      "section",
      { class: "m-sharing", attrs: { "aria-label": t("meeting.share.yours") } },
      this.#video,
      this.#words,
      h("div", { class: "m-tunes", attrs: { role: "group", "aria-label": t("meeting.share.tune") } }, ...this.#tune.values()),
      stop,
    );
    ui.store.subscribe((now, before) => {
      if (now.stage === before.stage && now !== before) return;
      const said = this.#words.textContent;
      this.#render(now);
      const words = this.#words.textContent ?? "";
      if (words !== "" && words !== said) acts.speak(words); // a region that was not shown is not spoken when it is
    });
  }

  #render({ stage: { own, hint } }: State): void {
    const on = own.state === "on";
    this.element.hidden = !on;
    document.body.classList.toggle("is-sharing", on);
    const { t } = this.#ui;
    const words = on ? t(own.sound ? `meeting.share.with_sound.${own.surface}` : `meeting.share.on.${own.surface}`) : "";
    setText(this.#words, on && !own.sounds ? t("meeting.share.silent", { words }) : words);
    for (const [name, button] of this.#tune) setAttr(button, "aria-pressed", String(name === hint));
    this.#show(on ? own.picture : null, own.surface === "screen" || own.surface === "unknown");
  }

  /** A whole screen, or what may be one, stands still in its preview: it would show itself. */
  #show(picture: Picture | null, still: boolean): void {
    if (picture === this.#picture) return;
    this.#picture?.detach(this.#video);
    this.#picture = picture;
    picture?.attach(this.#video);
    if (!picture || !still) return;
    this.#video.addEventListener("playing", () => this.#video.pause(), { once: true });
  }
}

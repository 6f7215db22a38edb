// "Hear yourself": say something, hear it back as the others would, and read what was heard.
import { h, setAttr, setText } from "../../dom.ts";
import { icon } from "../../icons.ts";
import { type Recording, play, record } from "../../session/echo.ts";
import type { Source } from "../../session/source.ts";
import type { Texts } from "../../texts.ts";
import { heardOf, heardSays } from "./heard.ts";

export interface Place {
  microphone: Source;
  /** The speaker that is chosen now. */
  speaker: () => string;
  /** How long to record, in milliseconds. */
  length: number;
  t: Texts;
}

type Step = "ready" | "recording" | "playing";

/** Opens the sheet and begins to record at once: that is what the button was pressed for. */
export function openEcho(place: Place): void {
  const sheet = new Sheet(place);
  document.body.append(sheet.element);
  sheet.element.addEventListener("close", () => sheet.element.remove());
  sheet.element.showModal();
  void sheet.again();
}

class Sheet {
  readonly element: HTMLDialogElement;
  readonly #place: Place;
  readonly #word = h("p", { class: "check-main", attrs: { role: "status" } });
  readonly #bar = h("i");
  readonly #level: HTMLElement;
  readonly #main: HTMLButtonElement;
  readonly #replay: HTMLButtonElement;
  #step: Step = "ready";
  #recording: Recording | null = null;
  #enough = new AbortController();
  #closed = false;

  constructor(place: Place) {
    this.#place = place;
    const { t } = place;
    this.#level = h("div", { class: "echo-level", attrs: { role: "meter", "aria-label": t("meeting.echo.level"), "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0" } }, this.#bar);
    this.#main = h("button", { class: "btn", attrs: { type: "button" }, on: { click: () => this.#press() } });
    this.#replay = h("button", { class: "btn", text: t("meeting.echo.replay"), attrs: { type: "button" }, on: { click: () => void this.#playBack() } });
    const close = h("button", { class: "btn btn-primary", text: t("meeting.echo.done"), attrs: { type: "button" }, on: { click: () => this.element.close() } });
    this.element = h(
      "dialog",
      { class: "dialog check-sheet echo-sheet", attrs: { "aria-labelledby": "echo-title" } },
      h("h2", { text: t("meeting.echo.title"), attrs: { id: "echo-title" } }),
      this.#word,
      this.#level,
      h("p", { class: "echo-hint soft" }, icon("sound-only", 18), h("span", { text: t("meeting.echo.headphones") })),
      h("div", { class: "dialog-actions" }, this.#main, this.#replay, close),
    );
    this.element.addEventListener("close", () => {
      this.#closed = true;
      this.#enough.abort();
    });
    this.#draw();
  }

  /** Records, plays back, and says what was heard. */
  async again(): Promise<void> {
    const { microphone, length, t } = this.#place;
    const { track } = microphone;
    if (!microphone.live || !track) return setText(this.#word, t("meeting.echo.off"));
    try {
      this.#begin("recording", "meeting.echo.speak");
      this.#recording = await record(track, length, this.#enough.signal, (loud) => this.#show(loud));
      if (!this.#closed) await this.#playBack();
    } catch (error) {
      console.warn("echo test", error);
      this.#end("meeting.echo.failed");
    }
  }

  async #playBack(): Promise<void> {
    if (!this.#recording) return;
    this.#begin("playing", "meeting.echo.playing");
    const failed = await play(this.#recording, this.#place.speaker(), this.#enough.signal).then(() => false, () => true);
    this.#end(failed ? "meeting.echo.failed" : heardSays[heardOf(this.#recording.looks, this.#recording.peaks)]);
  }

  #press(): void {
    if (this.#step === "ready") void this.again();
    else this.#enough.abort();
  }

  #begin(step: Step, says: string): void {
    this.#step = step;
    this.#enough = new AbortController();
    setText(this.#word, this.#place.t(says));
    this.#draw();
  }

  #end(says: string): void {
    this.#step = "ready";
    setText(this.#word, this.#place.t(says));
    this.#show(0);
    this.#draw();
  }

  #draw(): void {
    const { t } = this.#place;
    this.element.dataset["step"] = this.#step;
    setText(this.#main, t(this.#step === "ready" ? "meeting.echo.again" : "meeting.echo.enough"));
    this.#replay.hidden = this.#step !== "ready" || this.#recording === null;
  }

  /** From -60 to -12 decibels, as the lobby's meter. */
  #show(loud: number): void {
    const decibels = loud > 0 ? 20 * Math.log10(loud) : -60;
    const share = Math.round(Math.min(100, Math.max(0, ((decibels + 60) / 48) * 100)));
    this.#bar.style.inlineSize = `${share}%`;
    setAttr(this.#level, "aria-valuenow", String(share));
  }
}

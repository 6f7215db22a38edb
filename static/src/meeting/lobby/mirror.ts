import { initials, need, setText } from "../dom.ts";
import { setIcon } from "../icons.ts";
import type { Source } from "../session/source.ts";
import type { Sources } from "../session/sources.ts";
import type { Texts } from "../texts.ts";

/** One's own picture as the others will see it, only mirrored, with the two switches over it. */
export class Mirror {
  readonly #root = need("#mirror", HTMLElement);
  readonly #video = need("video", HTMLVideoElement, this.#root);
  readonly #face = need("[data-initials]", HTMLElement, this.#root);
  readonly #word = need("[data-word]", HTMLElement, this.#root);
  readonly #tag = need("[data-name]", HTMLElement, this.#root);
  readonly #tagIcon = need("[data-tag-icon]", HTMLElement, this.#root);
  readonly #microphone = need("[data-toggle=microphone]", HTMLButtonElement, this.#root);
  readonly #camera = need("[data-toggle=camera]", HTMLButtonElement, this.#root);
  readonly #sources: Sources;
  readonly #t: Texts;
  #track: MediaStreamTrack | null = null;

  constructor(sources: Sources, t: Texts, until: AbortSignal) {
    this.#sources = sources;
    this.#t = t;
    this.#video.muted = true;
    this.#microphone.addEventListener("click", () => flip(sources.microphone));
    this.#camera.addEventListener("click", () => flip(sources.camera));
    for (const source of [sources.microphone, sources.camera]) source.onChange(() => this.render(), until);
    this.render();
  }

  name(name: string): void {
    setText(this.#tag, name);
    const letters = initials(name);
    setText(this.#face, letters);
    this.#face.hidden = letters === "";
    this.#tagIcon.parentElement?.classList.toggle("is-empty", name.trim() === "");
  }

  render(): void {
    const { microphone, camera } = this.#sources;
    this.#switch(this.#microphone, microphone, microphone.live ? "meeting.mute" : "meeting.unmute", microphone.live ? "mic" : "mic-off");
    this.#switch(this.#camera, camera, camera.live ? "meeting.stop_video" : "meeting.start_video", camera.live ? "video" : "video-off");
    setIcon(this.#tagIcon, microphone.live ? "mic" : "mic-off", 16);
    this.#tagIcon.parentElement?.classList.toggle("is-muted", !microphone.live);
    this.#root.classList.toggle("has-picture", camera.live);
    setText(this.#word, this.#t(this.#state()));
    this.#show(camera.live ? camera.track : null);
  }

  #state(): string {
    const { microphone, camera } = this.#sources;
    if (camera.state.busy || microphone.state.busy) return camera.state.busy ? "meeting.lobby.asking" : "meeting.lobby.asking_sound";
    if (camera.state.fault === "missing") return "meeting.lobby.no_camera";
    return camera.state.fault === null ? "meeting.lobby.camera_off" : "meeting.lobby.camera_unusable";
  }

  #switch(button: HTMLButtonElement, source: Source, word: string, name: Parameters<typeof setIcon>[1]): void {
    const text = this.#t(word);
    setText(need("[data-word]", HTMLElement, button), text);
    button.title = text;
    setIcon(need("[data-face]", HTMLElement, button), name, 22);
    button.classList.toggle("is-off", !source.live);
    button.disabled = source.state.busy;
  }

  #show(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#video.srcObject = track ? new MediaStream([track]) : null;
    this.#video.classList.toggle("is-mirrored", track?.getSettings().facingMode !== "environment");
    if (track) void this.#video.play().catch(() => undefined);
  }
}

function flip(source: Source): void {
  void source.turn(!source.live);
}

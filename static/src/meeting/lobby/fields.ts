import { h, need } from "../dom.ts";
import { remember } from "../remember.ts";
import { type Sources, canChooseSpeaker, listDevices } from "../session/sources.ts";
import type { Device, DeviceKind } from "../state.ts";
import type { Texts } from "../texts.ts";
import { playTone } from "./tone.ts";

const kinds: readonly DeviceKind[] = ["microphone", "camera", "speaker"];

/** The speaker that was chosen, where it is; "" for the usual one. Nobody knows what there is before the browser tells the names. */
export function speakerAmong(devices: readonly Device[], chosen: string): string {
  const told = devices.some((d) => d.label !== "");
  return told && !devices.some((d) => d.id === chosen) ? "" : chosen;
}

/** The three lists of devices. They follow what is plugged in and what the browser tells. */
export class Fields {
  readonly #sources: Sources;
  readonly #t: Texts;
  readonly #until: AbortSignal;
  /** The speaker to play through. */
  speaker: string;
  /** The one that was chosen: it may be plugged in again. */
  #wanted: string;

  constructor(sources: Sources, speaker: string, t: Texts, until: AbortSignal) {
    this.#sources = sources;
    this.#t = t;
    this.#until = until;
    this.speaker = this.#wanted = speaker;
    for (const kind of kinds) {
      this.#select(kind).addEventListener("change", (event) => this.#choose(kind, (event.target as HTMLSelectElement).value));
    }
    need("[data-test-speaker]", HTMLButtonElement).addEventListener("click", () => {
      void playTone(this.speaker).catch((error: unknown) => console.warn("could not play a tone", error));
    });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.fill(), { signal: until });
    for (const source of [sources.microphone, sources.camera]) source.onChange(() => void this.fill(), until);
    void this.fill();
  }

  async fill(): Promise<void> {
    const devices = await listDevices();
    if (this.#until.aborted) return;
    this.speaker = speakerAmong(devices.speaker, this.#wanted);
    for (const kind of kinds) this.#list(kind, devices[kind]);
    need("[data-field=speaker]", HTMLElement).hidden = !canChooseSpeaker() || !devices.speaker.some((d) => d.label !== "");
  }

  #choose(kind: DeviceKind, id: string): void {
    remember({ devices: { [kind]: id } });
    if (kind === "speaker") this.speaker = this.#wanted = id;
    else void this.#sources[kind].use(id);
  }

  #list(kind: DeviceKind, devices: readonly Device[]): void {
    const select = this.#select(kind);
    const chosen = kind === "speaker" ? this.speaker : this.#sources[kind].state.device;
    const named = devices.filter((d) => d.id !== "" || d.label !== "");
    const wanted = named.map((d, i) => ({ id: d.id, label: d.label || this.#t("meeting.device", { n: i + 1 }) }));
    const none = devices.length === 0 ? `meeting.none.${kind}` : "meeting.lobby.not_allowed_yet";
    const options = wanted.length > 0 ? wanted : [{ id: "", label: this.#t(none) }];
    select.disabled = wanted.length === 0;
    const same = options.length === select.options.length && options.every((o, i) => select.options[i]?.value === o.id && select.options[i]?.text === o.label);
    if (!same) select.replaceChildren(...options.map((o) => h("option", { text: o.label, attrs: { value: o.id } })));
    if (options.some((o) => o.id === chosen)) select.value = chosen;
  }

  #select(kind: DeviceKind): HTMLSelectElement {
    return need(`#${kind}`, HTMLSelectElement);
  }
}

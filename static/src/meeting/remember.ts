// What this browser keeps between visits: the devices last used, whether they were on, a guest's name; and
// for a reload of the tab, whether the microphone and camera are on in the meeting. Storage may be forbidden; then nothing is kept.
import type { DeviceKind } from "./state.ts";
import { type Chosen, chosenFrom } from "./state/stage.ts";

export interface Kept {
  name: string;
  devices: Record<DeviceKind, string>;
  /** How one went in last. */
  on: KeptOn;
}

export interface KeptOn {
  microphone: boolean;
  camera: boolean;
}

const choices = "parley.choices";
const on = "parley.on";
const stage = "parley.stage";
const spares = "parley.spares";
const emoji = "parley.emoji";
const tone = "parley.tone";

export function recall(): Kept {
  const kept = read<Partial<Kept>>(() => localStorage, choices) ?? {};
  return {
    name: typeof kept.name === "string" ? kept.name : "",
    devices: { microphone: "", camera: "", speaker: "", ...kept.devices },
    on: { microphone: kept.on?.microphone !== false, camera: kept.on?.camera !== false },
  };
}

export function remember(change: { name?: string; devices?: Partial<Kept["devices"]>; on?: KeptOn }): void {
  const kept = recall();
  const next: Kept = {
    name: change.name ?? kept.name,
    devices: { ...kept.devices, ...change.devices },
    on: change.on ?? kept.on,
  };
  write(() => localStorage, choices, next);
}

/** How this tab has them; in one that was just opened, how one went in last. */
export const recallOn = (): KeptOn => read<KeptOn>(() => sessionStorage, on) ?? recall().on;

export const rememberOn = (state: KeptOn): void => write(() => sessionStorage, on, state);

/** How this device's stage was arranged last. */
export const recallStage = (): Chosen => chosenFrom(read(() => localStorage, stage));

export const rememberStage = (chosen: Chosen): void => write(() => localStorage, stage, chosenFrom(chosen));

/** Whether less is asked of this device when it is busy. */
export const recallSpares = (): boolean => read(() => localStorage, spares) !== false;

export const rememberSpares = (on: boolean): void => write(() => localStorage, spares, on);

/** Emoji that were used last, the newest first. */
export function recallEmoji(): string[] {
  const kept = read<unknown>(() => localStorage, emoji);
  return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
}

export const rememberEmoji = (used: readonly string[]): void => write(() => localStorage, emoji, used);

/** The tone of skin that was chosen, as it was kept. */
export const recallTone = (): unknown => read(() => localStorage, tone);

export const rememberTone = (chosen: number): void => write(() => localStorage, tone, chosen);

function read<T>(storage: () => Storage, key: string): T | null {
  try {
    return JSON.parse(storage().getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing is fine: the person chooses again next time.
  }
}

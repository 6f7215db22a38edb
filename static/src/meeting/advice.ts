import { type Fault, browserOf } from "./faults.ts";
import type { Source } from "./session/source.ts";
import type { Texts } from "./texts.ts";
import type { Tell } from "./ui.ts";

/** What is wrong with a device, whose side it is on and what to do, as one short paragraph. */
export function advice(kind: "microphone" | "camera", fault: Fault, t: Texts): string {
  const what = t(`meeting.fault.${kind}.${fault}`);
  if (fault !== "denied") return what;
  const browser = browserOf(navigator.userAgent, navigator.maxTouchPoints);
  return `${what} ${t(`meeting.allow.${browser}`)}`;
}

/** Says what is wrong with a device, if anything is. */
export function explain({ kind, state }: Pick<Source, "kind" | "state">, t: Texts, tell: Tell): void {
  if (state.fault !== null) tell(advice(kind, state.fault, t), "danger");
}

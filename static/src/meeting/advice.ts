import { type Fault, browserOf } from "./faults.ts";
import type { Texts } from "./texts.ts";

/** What is wrong with a device, whose side it is on and what to do, as one short paragraph. */
export function advice(kind: "microphone" | "camera", fault: Fault, t: Texts): string {
  const what = t(`meeting.fault.${kind}.${fault}`);
  if (fault !== "denied") return what;
  const browser = browserOf(navigator.userAgent, navigator.maxTouchPoints);
  return `${what} ${t(`meeting.allow.${browser}`)}`;
}

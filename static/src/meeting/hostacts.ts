// What the buttons of those who lead do, and what their words mean for one's own devices.
import { explain } from "./advice.ts";
import type { HostLine } from "./session/host.ts";
import type { Source } from "./session/source.ts";
import type { Store } from "./state.ts";
import { leads } from "./state/host.ts";
import type { Texts } from "./texts.ts";
import type { Acts, Tell } from "./ui.ts";

export type HostActs = Pick<Acts, "lead" | "hand" | "answerAsk" | "host" | "say">;

interface Wiring {
  store: Store;
  host: HostLine;
  microphone: Pick<Source, "kind" | "state" | "turn">;
  t: Texts;
  tell: Tell;
}

export function hostActs({ store, host, microphone, t, tell }: Wiring): HostActs {
  const said = (wrong: string | null): boolean => {
    if (wrong !== null) tell(wrong || t("meeting.hosting.failed"), "danger");
    return wrong === null;
  };
  return {
    host,
    say: tell,
    lead: async (what, fields) => said(await host.press(what, fields)),
    hand: (up) => void host.hand(up).then(said),
    answerAsk: (unmute) => {
      store.dispatch({ type: "host", act: { do: "asked", by: "" } });
      if (unmute) void microphone.turn(true).then(() => explain(microphone, t, tell));
    },
  };
}

/** Who may not unmute themselves is told so; true when that is how it is. */
export function keptMute(store: Store, t: Texts, tell: Tell): boolean {
  if (store.state.host.maySpeak) return false;
  tell(t("meeting.hosting.may_not_unmute"));
  return true;
}

/**
 * Calls `led` when this person begins to lead or stops to. A microphone that the node does not take goes off, so that its button says how it is;
 * and who is heard needs no question any more.
 */
export function followHost(store: Store, microphone: Source, me: string, led: () => void, until: AbortSignal): void {
  const stop = store.subscribe(({ host, microphone: own }, before) => {
    if (leads(host, me) !== leads(before.host, me)) led();
    if (!host.maySpeak && own.on) void microphone.turn(false);
    if (host.asked !== "" && own.on) store.dispatch({ type: "host", act: { do: "asked", by: "" } });
  });
  until.addEventListener("abort", stop);
}

/** Says that somebody who leads switched off one's microphone or camera. */
export const silenced = (kind: "microphone" | "camera", t: Texts, tell: Tell): void => tell(t(`meeting.hosting.silenced.${kind}`));

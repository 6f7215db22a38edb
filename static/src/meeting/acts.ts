// What the buttons of the stage do: sharing, views, the small window, keys.
import { copyWhenMade } from "./copy.ts";
import { rememberSpares, rememberStage } from "./remember.ts";
import type { Session } from "./session/session.ts";
import type { ScreenShare } from "./session/share.ts";
import type { ShareEnd } from "./session/sharepublisher.ts";
import type { Store } from "./state.ts";
import type { Chosen } from "./state/stage.ts";
import type { Texts } from "./texts.ts";
import type { MeetingSession } from "./types.ts";
import type { Acts, Tell, Ui } from "./ui.ts";
import { fill, isFull } from "./views/full.ts";

export type StageActs = Pick<Acts, "share" | "tuneShare" | "choose" | "soundOnly" | "spare" | "float" | "full" | "alone" | "sheet" | "report">;

interface Wiring {
  meeting: MeetingSession;
  store: Store;
  share: ScreenShare;
  session: Session;
  t: Texts;
  tell: Tell;
  /** What the small window is drawn with. */
  ui(): Ui;
}

export function stageActs({ meeting, store, share, session, t, tell, ui }: Wiring): StageActs {
  const choose = (change: Partial<Chosen>) => {
    store.dispatch({ type: "stage", act: { do: "choose", change } });
    rememberStage(store.state.stage);
  };
  const start = async () => {
    if (!store.state.stage.mayShare) return tell(t(`meeting.share.forbidden.${meeting.share}`));
    const fault = await share.start();
    if (fault !== null && fault !== "cancelled") tell(t(`meeting.share.${fault}`), "danger");
  };
  let closeFloat: (() => void) | null = null;
  const float = async () => {
    const floating = (on: boolean) => store.dispatch({ type: "stage", act: { do: "floating", on } });
    const { float } = await import("./views/floating.ts");
    closeFloat = await float(ui(), () => floating(false));
    if (closeFloat) floating(true);
    else tell(t("meeting.more.float_failed"), "danger");
  };
  let filled = false; // for the sake of one screen
  const alone = (tile: string) => {
    const on = store.state.stage.alone !== tile;
    store.dispatch({ type: "stage", act: { do: "alone", tile: on ? tile : "" } });
    if (on ? !isFull() : filled) void fill(on);
    filled = on && (filled || !isFull());
  };
  const report = async () => {
    try {
      await copyWhenMade(session.report());
      tell(t("meeting.more.report_copied"));
    } catch {
      tell(t("meeting.more.report_failed"), "danger");
    }
  };
  return {
    share: (on) => (on ? void start() : share.stop()),
    tuneShare: (hint) => {
      choose({ hint });
      share.tune(hint);
    },
    choose,
    soundOnly: (on) => {
      store.dispatch({ type: "stage", act: { do: "soundOnly", on } });
      if (on) tell(t("meeting.more.sound_only_on"));
    },
    spare: (on) => {
      store.dispatch({ type: "quality", act: { do: "spares", on } });
      rememberSpares(on);
    },
    float: (on) => (on ? void float() : closeFloat?.()),
    full: () => void fill(!isFull()),
    alone,
    sheet: (open) => store.dispatch({ type: "stage", act: { do: "sheet", open } }),
    report: () => void report(),
  };
}

/** Keeps the state in step with one's own screen and the browser's full screen. */
export function followStage(store: Store, share: ScreenShare, until: AbortSignal): void {
  share.onChange(() => store.dispatch({ type: "stage", act: { do: "own", change: share.own } }), until);
  const full = () => store.dispatch({ type: "stage", act: { do: "full", on: document.fullscreenElement !== null } });
  document.addEventListener("fullscreenchange", full, { signal: until });
}

/** Notes that somebody talks with the microphone off, or has stopped to. Who holds the space bar is heard meanwhile. */
export function tellUnheard(store: Store, talking: boolean): void {
  const { voice } = store.state.stage;
  if (voice !== (talking ? "" : "unheard")) return;
  store.dispatch({ type: "stage", act: { do: "voice", voice: talking ? "unheard" : "" } });
}

/** Tells somebody that their screen is not shared any more. */
export const shareEnded = (why: ShareEnd, t: Texts, tell: Tell): void => tell(t(`meeting.share.${why}`), "danger");

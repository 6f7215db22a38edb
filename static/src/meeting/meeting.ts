// The meeting as a whole: state, screen, devices and session, wired together.
import { advice } from "./advice.ts";
import { stayAwake } from "./awake.ts";
import { clockFrom } from "./clock.ts";
import { remember, rememberOn } from "./remember.ts";
import { type Screen, drawScreen } from "./screen.ts";
import { Session } from "./session/session.ts";
import { Sound } from "./session/sound.ts";
import type { Source } from "./session/source.ts";
import { type Sources, canChooseSpeaker, listDevices, startSources } from "./session/sources.ts";
import { Stats, expose } from "./session/stats.ts";
import { type Device, type DeviceKind, Store, initialState } from "./state.ts";
import { type Texts, textsFrom } from "./texts.ts";
import type { Ending, MeetingSession } from "./types.ts";
import type { Acts } from "./ui.ts";

export interface Entry {
  meeting: MeetingSession;
  sources: Sources;
  speaker: string;
  /** performance.now() at the click on Join. */
  clickedAt: number;
}

/** How long the node may take to end a meeting before the page goes on by itself. */
const endingTakes = 3000;

/** Turns the page into the meeting and joins it. */
export function openMeeting({ meeting, sources, speaker, clickedAt }: Entry): void {
  const t = textsFrom(meeting.texts, document.documentElement.lang || "en");
  const store = new Store(initialState(clockFrom(meeting, Date.now()), meeting.plan, meeting.participants));
  const stats = new Stats(clickedAt);
  const both = [sources.microphone, sources.camera];
  const sleep = stayAwake();

  const go = (to: string, why?: Ending) => {
    for (const source of both) source.release();
    screen.stop();
    sleep();
    stats.close();
    void sound.close();
    location.replace(why === undefined ? to : withReason(to, why));
  };
  const turn = (source: Source, on: boolean) => void source.turn(on).then(() => explain(source, t, screen));
  const acts: Acts = {
    microphone: (on) => turn(sources.microphone, on),
    camera: (on) => turn(sources.camera, on),
    useDevice: (kind, id) => void useDevice(kind, id),
    leave: () => session.leave(),
    endForAll: () => void endForAll(),
    unblockSound: () => void sound.unblock(),
    takeOver: () => void startSources(sources).then(() => session.takeOver()),
    copyLink: () => void copyLink(meeting.link, t, screen),
    firstFrame: () => stats.firstFrame(),
  };
  const useDevice = async (kind: DeviceKind, id: string) => {
    remember({ devices: { [kind]: id } });
    if (kind !== "speaker") {
      await sources[kind].use(id);
      return explain(sources[kind], t, screen);
    }
    store.dispatch({ type: "speaker", device: id });
    await sound.useSpeaker(id).catch(() => screen.tell([{ text: t("meeting.speaker_failed"), tone: "danger" }]));
  };
  const endForAll = async () => {
    if (!(await session.endForAll())) return screen.tell([{ text: t("meeting.end_failed"), tone: "danger" }]);
    setTimeout(() => go(meeting.urls.after, "host"), endingTakes);
  };

  followSources(store, both);
  const screen = drawScreen({ t, store, meeting, acts });
  const sound = new Sound(screen.sounds, (speaking) => store.dispatch({ type: "speaking", speaking }));
  const session = new Session(meeting, {
    store,
    sources,
    sound,
    stats,
    onEnd: (why) => go(meeting.urls.after, why),
    onOut: () => go(meeting.urls.lobby),
  });
  enterPage(screen, meeting);
  followDevices(store, both, t, screen);
  store.dispatch({ type: "speaker", device: speaker });
  if (meeting.demo) expose(stats);
  if (speaker !== "" && canChooseSpeaker()) void sound.useSpeaker(speaker).catch(() => undefined);
  void session.start();
}

/** Takes the lobby away and puts the meeting in its place, at the address that a reload comes back to. */
function enterPage(screen: Screen, meeting: MeetingSession): void {
  const root = document.documentElement;
  root.dataset["theme"] = "dark";
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", "#0f1713");
  document.title = `${meeting.room} · Parley`;
  document.body.className = "in-meeting";
  document.body.replaceChildren(screen.element);
  history.replaceState(null, "", `${meeting.urls.lobby}/room`);
  // A page that the browser kept and shows again has no connection any more.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.replace(meeting.urls.lobby);
  });
}

function followSources(store: Store, both: readonly Source[]): void {
  for (const source of both) {
    const tell = () => {
      store.dispatch({ type: "own", kind: source.kind, change: { ...source.state, on: source.live } });
    };
    source.onChange(tell);
    tell();
  }
  const keep = () => {
    const [microphone, camera] = both;
    rememberOn({ microphone: microphone?.state.on ?? true, camera: camera?.state.on ?? true });
  };
  for (const source of both) source.onChange(keep);
  keep();
}

/** The list of devices, now and whenever one is plugged in or out. */
function followDevices(store: Store, both: readonly Source[], t: Texts, screen: Screen): void {
  const list = async () => {
    const devices = await listDevices();
    const speaker: Device[] = canChooseSpeaker() ? devices.speaker : [];
    store.dispatch({ type: "devices", devices: { ...devices, speaker } });
  };
  navigator.mediaDevices?.addEventListener("devicechange", () => void list());
  for (const source of both) {
    let had = source.track !== null;
    source.onChange(() => {
      const has = source.track !== null;
      if (has && !had) void list();
      if (had && source.state.fault === "unplugged") explain(source, t, screen);
      had = has;
    });
  }
  void list();
}

function explain(source: Source, t: Texts, screen: Screen): void {
  const { fault } = source.state;
  if (fault !== null) screen.tell([{ text: advice(source.kind, fault, t), tone: "danger" }]);
}

async function copyLink(link: string, t: Texts, screen: Screen): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    screen.tell([{ text: t("meeting.copied"), tone: "plain" }]);
  } catch {
    screen.tell([{ text: t("meeting.copy_failed", { link }), tone: "danger" }]);
  }
}

function withReason(path: string, why: Ending): string {
  const url = new URL(path, location.href);
  url.searchParams.set("why", why);
  return url.href;
}

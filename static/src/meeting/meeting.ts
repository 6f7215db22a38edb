// The meeting as a whole: state, screen, devices and session, wired together.
import { followStage, shareEnded, stageActs, tellUnheard } from "./acts.ts";
import { explain } from "./advice.ts";
import { stayAwake } from "./awake.ts";
import { clockFrom } from "./clock.ts";
import { ChatKeys } from "./encryption/chat.ts";
import { keepPage } from "./drops.ts";
import { followFaces } from "./faces.ts";
import { followHost, hostActs, keptMute, silenced } from "./hostacts.ts";
import { followKeys } from "./keys.ts";
import { recallSpares, recallStage, remember, rememberOn } from "./remember.ts";
import { type Screen, drawScreen } from "./screen.ts";
import { ChatLine } from "./session/chat.ts";
import { DraftShelf, type Keep, keepPending } from "./session/chatkept.ts";
import { HostLine } from "./session/host.ts";
import { followMutedTalk } from "./session/mutedtalk.ts";
import { Session } from "./session/session.ts";
import { ScreenShare } from "./session/share.ts";
import { Sound } from "./session/sound.ts";
import type { Source } from "./session/source.ts";
import { stickerFrom } from "./session/stickers.ts";
import { Waiters } from "./session/waiters.ts";
import { type Sources, canChooseSpeaker, listDevices, startSources } from "./session/sources.ts";
import { Stats, expose } from "./session/stats.ts";
import { type Device, Store, initialState } from "./state.ts";
import { type Texts, textsFrom } from "./texts.ts";
import type { Ending, MeetingSession } from "./types.ts";
import type { Acts, Tell, Ui } from "./ui.ts";

export interface Entry {
  meeting: MeetingSession;
  sources: Sources;
  speaker: string;
  /** performance.now() at the click on Join. */
  clickedAt: number;
}

/** How long the node may take to end a meeting before the page goes on by itself. */
const endingTakes = 3000;

/**
 * Joins, and turns the page into the meeting. The connection is on its way before anything is drawn:
 * drawing would keep the browser from opening it.
 */
export async function openMeeting({ meeting, sources, speaker, clickedAt }: Entry): Promise<void> {
  const t = textsFrom(meeting.texts, document.documentElement.lang || "en");
  const store = new Store(initialState(clockFrom(meeting, Date.now()), meeting.plan, meeting.participants, meeting.encryption !== null));
  const chosen = recallStage();
  store.dispatch({ type: "stage", act: { do: "choose", change: chosen } });
  store.dispatch({ type: "quality", act: { do: "spares", on: recallSpares() } });
  const share = new ScreenShare(chosen.hint);
  const stats = new Stats(clickedAt);
  const sound = new Sound((speaking) => store.dispatch({ type: "speaking", speaking }));
  const waiters = new Waiters(meeting, store);
  const keys = meeting.encryption === null ? null : new ChatKeys();
  const keep: Keep = { name: meeting.identity, encrypted: meeting.encryption !== null, shelf: () => sessionStorage, now: Date.now };
  keepPending(store, keep);
  const drafts = new DraftShelf(store, keep);
  const chat = new ChatLine(meeting, store, keys, document.documentElement.lang || "en");
  const host = new HostLine(meeting, store);
  const leaving = new AbortController();
  let screen: Screen | null = null; // drawn after the connection is on its way
  const tell: Tell = (text, tone = "plain") => screen?.tell([{ text, tone }]);
  const go = (to: string, why?: Ending) => {
    leaving.abort();
    waiters.stop();
    host.stop();
    chat.stop();
    for (const source of bothOf(sources)) source.release();
    share.stop();
    stats.close();
    void sound.close();
    location.replace(why === undefined ? to : withReason(to, why));
  };
  const session = new Session(meeting, {
    store,
    sources,
    share,
    sound,
    stats,
    onShareEnd: (why) => shareEnded(why, t, tell),
    onEnd: (why) => go(meeting.urls.after, why),
    onWaiting: () => waiters.told(),
    onChat: (text) => void chat.told(text),
    onLive: () => {
      chat.live();
      void host.read();
    },
    onHosting: (text) => host.told(text),
    onAsk: (text) => host.asked(text),
    onSilenced: (kind) => silenced(kind, t, tell),
    onUnsent: (kind) => tell(t(`meeting.fault.${kind}.unsent`), "danger"),
    onKey: (key, epoch, current) => keys?.use(key, epoch, current),
    onSticker: (text) => {
      const sent = stickerFrom(text, document.documentElement.lang);
      if (sent) screen?.sticker(sent);
    },
    onOut: () => go(meeting.urls.lobby),
  });
  followSources(store, bothOf(sources));
  followStage(store, share, leaving.signal);
  followHost(store, sources.microphone, meeting.identity, () => void waiters.read(), leaving.signal);
  followFaces(meeting, store);
  if (meeting.demo) expose(stats);
  void session.start();
  await nextTask();

  const ui: Ui = { t, store, meeting, acts: actsOf({ meeting, sources, share, store, stats, sound, session, waiters, chat, drafts, host, t, tell, speak: (text) => screen?.speak(text), go, ui: () => ui }) };
  const { acts } = ui;
  const drawn = drawScreen(ui);
  screen = drawn;
  enterPage(drawn, meeting, sound);
  leaving.signal.addEventListener("abort", drawn.stop);
  leaving.signal.addEventListener("abort", stayAwake());
  askBeforeLoss(chat, leaving.signal);
  tellLost(ui);
  keepPage(window, leaving.signal);
  followKeys(ui, leaving.signal);
  followMutedTalk(sources.microphone, (talking) => tellUnheard(store, talking), leaving.signal);
  followDevices(store, bothOf(sources), (source) => explain(source, t, tell));
  if (speaker !== "" && canChooseSpeaker()) acts.useDevice("speaker", speaker);
}

const bothOf = (sources: Sources): Source[] => [sources.microphone, sources.camera];

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

interface Wiring {
  meeting: MeetingSession;
  sources: Sources;
  share: ScreenShare;
  store: Store;
  stats: Stats;
  sound: Sound;
  session: Session;
  waiters: Waiters;
  chat: ChatLine;
  drafts: DraftShelf;
  host: HostLine;
  t: Texts;
  tell: Tell;
  speak: Acts["speak"];
  go(to: string, why?: Ending): void;
  ui(): Ui;
}

/** What each button does. */
function actsOf({ meeting, sources, share, store, stats, sound, session, waiters, chat, drafts, host, t, tell, speak, go, ui }: Wiring): Acts {
  const turn = (source: Source, on: boolean) => void source.turn(on).then(() => explain(source, t, tell));
  const useSpeaker = async (id: string) => {
    try {
      await sound.useSpeaker(id);
      store.dispatch({ type: "speaker", device: id });
    } catch {
      tell(t("meeting.speaker_failed"), "danger");
    }
  };
  const useSource = async (source: Source, id: string) => {
    await source.use(id);
    explain(source, t, tell);
  };
  const endForAll = async () => {
    if (!(await session.endForAll())) return tell(t("meeting.end_failed"), "danger");
    setTimeout(() => go(meeting.urls.after, "own"), endingTakes);
  };
  return {
    ...stageActs({ meeting, store, share, session, t, tell, ui }),
    ...hostActs({ store, host, microphone: sources.microphone, t, tell }),
    microphone: (on) => (on && keptMute(store, t, tell) ? undefined : turn(sources.microphone, on)),
    camera: (on) => turn(sources.camera, on),
    useDevice: (kind, id) => {
      remember({ devices: { [kind]: id } });
      void (kind === "speaker" ? useSpeaker(id) : useSource(sources[kind], id));
    },
    leave: () => session.leave(),
    endForAll: () => void endForAll(),
    answer: (identities, admit) => {
      void waiters.answer(identities, admit).then((done) => (done ? undefined : tell(t("meeting.door.failed"), "danger")));
    },
    sayAtDoor: (to, text) => waiters.say(to, text),
    unblockSound: () => void sound.unblock(),
    takeOver: () => void startSources(sources).then(() => session.takeOver()),
    copyLink: () => void copyLink(meeting.link, t, tell),
    firstFrame: () => stats.firstFrame(),
    chat,
    drafts,
    speak,
  };
}

/** Files that were on their way when the page was left did not arrive, and their rows lie in a panel that is closed. */
function tellLost({ t, store, acts }: Ui): void {
  const lost = store.state.chat.pending.filter((p) => p.status === "lost").length;
  if (lost > 0) acts.say(t.count("meeting.chat.lost_news", lost), "danger");
}

/** Who closes or reloads the page while a file is on its way is asked first: it would be lost. */
function askBeforeLoss(chat: ChatLine, signal: AbortSignal): void {
  const ask = (event: BeforeUnloadEvent) => {
    if (chat.files.busy) event.preventDefault();
  };
  window.addEventListener("beforeunload", ask, { signal });
}

/** Takes the lobby away and puts the meeting in its place, at the address that a reload comes back to. */
function enterPage(screen: Screen, meeting: MeetingSession, sound: Sound): void {
  const root = document.documentElement;
  root.dataset["theme"] = "dark";
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", "#0f1713");
  document.title = `${meeting.room} · Parley`;
  document.body.className = "in-meeting";
  document.body.replaceChildren(screen.element, sound.element);
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
function followDevices(store: Store, both: readonly Source[], unplugged: (source: Source) => void): void {
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
      if (had && source.state.fault === "unplugged") unplugged(source);
      had = has;
    });
  }
  void list();
}

async function copyLink(link: string, t: Texts, tell: Tell): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    tell(t("meeting.copied"));
  } catch {
    tell(t("meeting.copy_failed", { link }), "danger");
  }
}

function withReason(path: string, why: Ending): string {
  const url = new URL(path, location.href);
  url.searchParams.set("why", why);
  return url.href;
}

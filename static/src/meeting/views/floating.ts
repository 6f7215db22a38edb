// What stands in the small window over all others. Loaded when it is opened.
import { h, setAttr } from "../dom.ts";
import { icon, setIcon } from "../icons.ts";
import { planSmall } from "../smallplan.ts";
import { type Seating, noSeating } from "../seating.ts";
import type { State } from "../state.ts";
import { roleOf } from "../state/host.ts";
import { levelOf } from "../state/quality.ts";
import { sharerOf } from "../state/stage.ts";
import type { Ui } from "../ui.ts";
import { openWindow } from "./float.ts";
import { floatPicture } from "./floatpicture.ts";
import { handsIn } from "./host/hand.ts";
import { ShareTile } from "./sharetile.ts";
import { Tile } from "./tile.ts";

const width = 380;
const height = 420;

/** Opens the small window, or lets one picture float where there are no such windows. Gives how to close it; null when nothing could be opened. */
export async function float(ui: Ui, closed: () => void): Promise<(() => void) | null> {
  const small = await openWindow(width, height).catch(() => null);
  return small ? fill(small, ui, closed) : floatPicture(ui, closed);
}

function fill(small: Window, ui: Ui, closed: () => void): () => void {
  const page = small.document;
  page.documentElement.lang = document.documentElement.lang;
  page.documentElement.dataset["theme"] = "dark";
  page.title = document.title;
  page.body.className = "in-meeting m-floating";
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"]')) page.head.append(sheet.cloneNode());
  const stage = new SmallStage(ui);
  page.body.append(stage.list, controls(ui, small));
  const stop = ui.store.subscribe((now) => stage.draw(now));
  const look = small.setInterval(() => ui.store.state.speaking.size > 0 && stage.draw(ui.store.state), every);
  const again = () => stage.draw(ui.store.state);
  small.addEventListener("resize", again);
  for (const sheet of page.querySelectorAll("link")) sheet.addEventListener("load", again);
  small.addEventListener("pagehide", () => {
    stop();
    small.clearInterval(look);
    stage.close();
    closed();
  });
  return () => small.close();
}

/** How often it is looked who has talked long enough to come first, in milliseconds. */
const every = 250;

/** The same tiles as on the stage, as many as the small window has room for. */
class SmallStage {
  readonly list = h("ul", { class: "m-tiles" });
  readonly #ui: Ui;
  readonly #tiles = new Map<string, Tile | ShareTile>();
  #seating: Seating = noSeating;
  #closed = false;

  constructor(ui: Ui) {
    this.#ui = ui;
  }

  draw(state: State): void {
    const me = state.people.find((p) => p.self);
    if (!me || this.#closed) return; // what is told while the window goes away comes too late
    const others = state.people.filter((p) => !p.self).map((p) => p.identity);
    const size = { width: this.list.clientWidth, height: this.list.clientHeight };
    const plan = planSmall(this.#seating, { others, self: me.identity, speaking: state.speaking, stage: state.stage, spotlight: state.host.spotlight, size, now: performance.now() });
    this.#seating = plan.seating;
    const wanted = new Set(plan.places.map((p) => p.tile));
    for (const [name, tile] of this.#tiles) {
      if (wanted.has(name)) continue;
      tile.close();
      this.#tiles.delete(name);
    }
    plan.places.forEach(({ tile: name, box }, i) => {
      this.#show(name, state, plan.large, (tile) => {
        const there = this.list.children[i];
        if (there !== tile.element) this.list.insertBefore(tile.element, there ?? null);
        tile.place(box);
      });
    });
  }

  close(): void {
    this.#closed = true;
    for (const tile of this.#tiles.values()) tile.close();
    this.#tiles.clear();
  }

  /** A tile has to stand in this window before its picture: the picture looks whether it is seen. */
  #show(name: string, state: State, large: string, stand: (tile: Tile | ShareTile) => void): void {
    const { people, stage, speaking, faces } = state;
    const { t } = this.#ui;
    const nothing = () => undefined;
    const known = this.#tiles.get(name);
    const sharer = sharerOf(name);
    if (sharer !== null) {
      const share = stage.shares.find((s) => s.identity === sharer);
      if (!share) return;
      const tile = known instanceof ShareTile ? known : new ShareTile(t, { pin: nothing, full: null, drawn: nothing });
      this.#tiles.set(name, tile);
      stand(tile);
      tile.render(share, { large: large === name, pinned: false, alone: false, soundOnly: stage.soundOnly });
      return;
    }
    const person = people.find((p) => p.identity === name);
    if (!person) return;
    const tile = known instanceof Tile ? known : new Tile(t, nothing, nothing);
    this.#tiles.set(name, tile);
    stand(tile);
    tile.render(person, {
      speaking: speaking.has(name),
      face: faces[name],
      pinned: false,
      spotlight: false,
      role: roleOf(state.host, name),
      hand: handsIn(state).get(name) ?? 0,
      mirror: stage.mirror,
      soundOnly: stage.soundOnly,
      spared: false,
      level: levelOf(state.quality, name),
    });
  }
}

function controls({ t, store, acts }: Ui, small: Window): HTMLElement {
  const button = (press: () => void) => h("button", { class: "m-btn m-float-btn", attrs: { type: "button" }, on: { click: press } }, h("span", { class: "m-face" }));
  const microphone = button(() => acts.microphone(!store.state.microphone.on));
  const camera = button(() => acts.camera(!store.state.camera.on));
  const back = button(() => {
    window.focus();
    small.close();
  });
  const leave = button(() => acts.leave());
  leave.classList.add("m-btn-leave");
  const set = (one: HTMLButtonElement, word: string, name: Parameters<typeof icon>[0], off = false) => {
    setAttr(one, "aria-label", word);
    one.title = word;
    one.classList.toggle("is-off", off);
    if (one.firstElementChild) setIcon(one.firstElementChild, name, 20);
  };
  set(back, t("meeting.more.unfloat"), "float");
  set(leave, t("meeting.leave"), "leave");
  const stop = store.subscribe((now) => {
    set(microphone, t(now.microphone.on ? "meeting.mute" : "meeting.unmute"), now.microphone.on ? "mic" : "mic-off", !now.microphone.on);
    set(camera, t(now.camera.on ? "meeting.stop_video" : "meeting.start_video"), now.camera.on ? "video" : "video-off", !now.camera.on);
  });
  small.addEventListener("pagehide", stop);
  return h("div", { class: "m-float-bar", attrs: { role: "toolbar", "aria-label": t("meeting.controls") } }, microphone, camera, back, leave);
}

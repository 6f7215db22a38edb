import { h, setAttr, setText } from "../dom.ts";
import { icon, type IconName } from "../icons.ts";
import { canShareScreen } from "../session/share.ts";
import type { Menu as MenuName, Own, State } from "../state.ts";
import { leads } from "../state/host.ts";
import type { Ui } from "../ui.ts";
import { chatButton } from "./chat.ts";
import { BarButton } from "./barbutton.ts";
import { hostButton } from "./host.ts";
import { handButton } from "./host/hand.ts";
import { type Choice, Menu } from "./menu.ts";
import { groupsOf } from "./menus.ts";
import { ViewChip } from "./viewchip.ts";

/** The row of controls at the bottom, and the menus above it. */
export class Bar {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #microphone: BarButton;
  readonly #camera: BarButton;
  readonly #share: BarButton;
  readonly #people: BarButton;
  readonly #react: BarButton;
  readonly #more: BarButton;
  /** Stands at the top, and opens a menu of the bar. */
  readonly view: ViewChip;
  readonly #unheard: HTMLElement;
  readonly #count = h("span", { class: "m-count", attrs: { "aria-hidden": "true" } });
  readonly #time = h("time", { class: "m-time" });
  readonly #menu: Menu;
  readonly #anchors: Record<MenuName, HTMLElement>;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store, acts } = ui;
    this.#menu = new Menu(() => store.dispatch({ type: "menu", menu: null }));
    this.#microphone = new BarButton(() => acts.microphone(!store.state.microphone.on), { key: "M" });
    this.#camera = new BarButton(() => acts.camera(!store.state.camera.on), { key: "V" });
    this.#share = new BarButton(() => acts.share(store.state.stage.own.state !== "on"), { name: "m-btn-share", key: "S", folds: true });
    this.#people = new BarButton(() => store.dispatch({ type: "togglePeople" }), { name: "m-btn-people", key: "P", folds: true });
    this.#people.set(t("meeting.people"), "people");
    this.#people.face.append(this.#count);
    this.#react = new BarButton(() => store.dispatch({ type: "toggleReact" }), { name: "m-btn-react", key: "R" });
    this.#react.set(t("meeting.react.title"), "react");
    this.#more = new BarButton(() => this.#toggle("more"), { name: "m-btn-more" });
    this.#more.set(t("meeting.more.title"), "more");
    this.view = new ViewChip(ui, () => this.#toggle("view"));
    const openers = { microphone: this.#opener("microphone"), camera: this.#opener("camera"), share: this.#opener("share") };
    const leave = new BarButton(() => this.#leave(), { name: "m-btn-leave" });
    this.#anchors = { ...openers, more: this.#more.element, view: this.view.element, leave: leave.element };
    for (const anchor of Object.values(this.#anchors)) {
      setAttr(anchor, "aria-haspopup", "menu");
      setAttr(anchor, "aria-expanded", "false");
    }
    leave.set(t("meeting.leave"), "leave");
    leave.face.append(h("span", { class: "m-leave-word", text: t("meeting.leave"), attrs: { "aria-hidden": "true" } }));
    this.#unheard = h("p", { class: "m-unheard" });
    const share = h("div", { class: "m-split m-split-share" }, this.#share.element, openers.share);
    share.hidden = !canShareScreen();
    this.element = h(
      "footer",
      { class: "m-bar" },
      this.#invite(),
      h(
        "div",
        { class: "m-controls", attrs: { role: "toolbar", "aria-label": t("meeting.controls") } },
        h("div", { class: "m-split" }, this.#microphone.element, openers.microphone),
        h("div", { class: "m-split" }, this.#camera.element, openers.camera),
        share,
        this.#react.element,
        handButton(ui),
        hostButton(ui),
        this.#more.element,
        leave.element,
      ),
      h("div", { class: "m-side" }, this.#people.element, chatButton(ui)),
      this.#menu.element,
      this.#unheard,
    );
    store.subscribe((now) => this.#render(now));
    this.tick();
  }

  /** The time of day, in the reader's own way of writing it. */
  tick(): void {
    const now = new Date();
    setText(this.#time, now.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
  }

  #invite(): HTMLElement {
    const { t, meeting, acts } = this.#ui;
    const link = meeting.link.replace(/^https?:\/\//, "");
    return h(
      "div",
      { class: "m-invite" },
      this.#time,
      h("span", { class: "m-link mono ellipsis", text: link, attrs: { title: meeting.link } }),
      h(
        "button",
        { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.copy"), title: t("meeting.copy") }, on: { click: () => acts.copyLink() } },
        icon("copy", 18),
      ),
    );
  }

  #opener(menu: "microphone" | "camera" | "share"): HTMLButtonElement {
    const word = this.#ui.t(`meeting.choose.${menu}`);
    return h(
      "button",
      { class: "m-more", attrs: { type: "button", "aria-label": word, title: word }, on: { click: () => this.#toggle(menu) } },
      icon("chevron-up", 16),
    );
  }

  #toggle(menu: MenuName): void {
    const { store } = this.#ui;
    store.dispatch({ type: "menu", menu: store.state.menu === menu ? null : menu });
  }

  /** Who may end the meeting is asked which is meant; the others leave with one press. */
  #leave(): void {
    const { store, acts, meeting } = this.#ui;
    if (!leads(store.state.host, meeting.identity)) return acts.leave();
    this.#toggle("leave");
    void acts.host.read(); // who would lead next changes with everybody who comes and goes
  }

  #render(state: State): void {
    const { t, meeting } = this.#ui;
    const ends = leads(state.host, meeting.identity);
    setAttr(this.#anchors.leave, "aria-haspopup", ends ? "menu" : null);
    if (!ends) setAttr(this.#anchors.leave, "aria-expanded", null);
    this.#own(this.#microphone, state.microphone, t(state.microphone.on ? "meeting.mute" : "meeting.unmute"), ["mic", "mic-off"]);
    this.#own(this.#camera, state.camera, t(state.camera.on ? "meeting.stop_video" : "meeting.start_video"), ["video", "video-off"]);
    setText(this.#count, String(state.people.length));
    setAttr(this.#people.element, "aria-expanded", String(state.peopleOpen));
    this.#people.element.classList.toggle("is-open", state.peopleOpen);
    setAttr(this.#react.element, "aria-expanded", String(state.reactOpen));
    this.#react.element.classList.toggle("is-open", state.reactOpen);
    this.#more.element.classList.toggle("is-open", state.menu === "more");
    this.#shared(state);
    this.#voice(state);
    this.#menus(state);
  }

  #menus(state: State): void {
    const { menu } = state;
    if (menu === null) return this.#menu.hide();
    const own = this.#anchors[menu];
    const anchor = shown(own) ? own : this.#more.element; // a button that is folded away opens its menu from More
    this.#menu.show(anchor, this.#ui.t(`meeting.menu.${menu}`), groupsOf(menu, state, this.#ui, this.#folded(), shown(this.view.element)));
  }

  /** The bar's buttons that have no room on it now. */
  #folded(): Choice[] {
    return [...this.element.querySelectorAll<HTMLButtonElement>(".m-folds")]
      .filter((button) => !shown(button) && button.closest("[hidden]") === null)
      .map((button) => ({
        label: button.querySelector(".m-label")?.textContent ?? "",
        icon: button.dataset["icon"] as IconName,
        pick: () => button.click(),
      }));
  }

  #shared({ stage }: State): void {
    const { t, meeting } = this.#ui;
    const on = stage.own.state === "on";
    this.#share.set(t(on ? "meeting.share.stop" : "meeting.share.title"), on ? "share-off" : "share");
    const why = stage.mayShare || on ? null : t(`meeting.share.forbidden.${meeting.share}`);
    if (why !== null) this.#share.element.title = why;
    setAttr(this.#share.element, "aria-disabled", why === null ? null : "true");
    setAttr(this.#share.element, "aria-busy", stage.own.state === "asking" ? "true" : null);
    this.#share.element.classList.toggle("is-open", on);
  }

  /** Who talks with the microphone off is told so, above its button. */
  #voice({ stage, microphone }: State): void {
    const { t } = this.#ui;
    const unheard = stage.voice === "unheard" && !microphone.on;
    const word = unheard ? t("meeting.voice.unheard") : stage.voice === "pushed" ? t("meeting.voice.pushed") : "";
    if (word !== "" && word !== this.#unheard.textContent) this.#ui.acts.speak(word);
    setText(this.#unheard, word);
    this.#unheard.hidden = word === "";
    this.#unheard.classList.toggle("is-pushed", !unheard);
    this.#microphone.element.classList.toggle("is-unheard", unheard);
  }

  #own(button: BarButton, own: Own, word: string, icons: [IconName, IconName]): void {
    button.set(word, own.on ? icons[0] : icons[1]);
    button.element.classList.toggle("is-off", !own.on);
    setAttr(button.element, "aria-busy", own.busy ? "true" : null);
  }
}

/** Whether there is room for it now. */
const shown = (element: Element): boolean => element.getClientRects().length > 0;

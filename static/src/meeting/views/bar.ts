import { h, setAttr, setText } from "../dom.ts";
import { icon, setIcon, type IconName } from "../icons.ts";
import type { DeviceKind, Menu as MenuName, Own, State } from "../state.ts";
import type { Ui } from "../ui.ts";
import { chatButton } from "./chat.ts";
import { type Choice, type Group, Menu } from "./menu.ts";

/** A button of the bar: a face with an icon and a word below it, which screen readers get at every width. */
class BarButton {
  readonly element: HTMLButtonElement;
  readonly face = h("span", { class: "m-face" });
  readonly #label = h("span", { class: "m-label" });

  constructor(press: () => void, extra = "") {
    this.element = h("button", { class: `m-btn ${extra}`, attrs: { type: "button" }, on: { click: press } }, this.face, this.#label);
  }

  set(word: string, name: IconName): void {
    setText(this.#label, word);
    if (this.face.firstElementChild === null) this.face.append(h("span", { class: "m-icon" }));
    const holder = this.face.firstElementChild;
    if (holder) setIcon(holder, name, 20);
    this.element.title = word;
  }
}

/** The row of controls at the bottom, and the menus above it. */
export class Bar {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #microphone: BarButton;
  readonly #camera: BarButton;
  readonly #people: BarButton;
  readonly #react: BarButton;
  readonly #host: BarButton;
  readonly #count = h("span", { class: "m-count", attrs: { "aria-hidden": "true" } });
  readonly #time = h("time", { class: "m-time" });
  readonly #menu: Menu;
  readonly #anchors: Record<MenuName, HTMLElement>;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store, acts, meeting } = ui;
    this.#menu = new Menu(() => store.dispatch({ type: "menu", menu: null }));
    this.#microphone = new BarButton(() => acts.microphone(!store.state.microphone.on));
    this.#camera = new BarButton(() => acts.camera(!store.state.camera.on));
    this.#people = new BarButton(() => store.dispatch({ type: "togglePeople" }), "m-btn-people");
    this.#people.set(t("meeting.people"), "people");
    this.#people.face.append(this.#count);
    this.#react = new BarButton(() => store.dispatch({ type: "toggleReact" }), "m-btn-react");
    this.#react.set(t("meeting.react.title"), "react");
    this.#host = new BarButton(() => this.#toggle("host"));
    this.#host.set(t("meeting.host_tools"), "host");
    this.#host.element.hidden = !meeting.host;
    const more = { microphone: this.#opener("microphone"), camera: this.#opener("camera") };
    this.#anchors = { ...more, host: this.#host.element };
    for (const anchor of Object.values(this.#anchors)) {
      setAttr(anchor, "aria-haspopup", "menu");
      setAttr(anchor, "aria-expanded", "false");
    }
    const leave = new BarButton(() => acts.leave(), "m-btn-leave");
    leave.set(t("meeting.leave"), "leave");
    leave.face.append(h("span", { class: "m-leave-word", text: t("meeting.leave"), attrs: { "aria-hidden": "true" } }));
    this.element = h(
      "footer",
      { class: "m-bar" },
      this.#invite(),
      h(
        "div",
        { class: "m-controls", attrs: { role: "toolbar", "aria-label": t("meeting.controls") } },
        h("div", { class: "m-split" }, this.#microphone.element, more.microphone),
        h("div", { class: "m-split" }, this.#camera.element, more.camera),
        this.#react.element,
        this.#host.element,
        leave.element,
      ),
      h("div", { class: "m-side" }, this.#people.element, chatButton(ui)),
      this.#menu.element,
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

  #opener(menu: "microphone" | "camera"): HTMLButtonElement {
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

  #render(state: State): void {
    const { t } = this.#ui;
    this.#own(this.#microphone, state.microphone, t(state.microphone.on ? "meeting.mute" : "meeting.unmute"), ["mic", "mic-off"]);
    this.#own(this.#camera, state.camera, t(state.camera.on ? "meeting.stop_video" : "meeting.start_video"), ["video", "video-off"]);
    setText(this.#count, String(state.people.length));
    setAttr(this.#people.element, "aria-expanded", String(state.peopleOpen));
    this.#people.element.classList.toggle("is-open", state.peopleOpen);
    setAttr(this.#react.element, "aria-expanded", String(state.reactOpen));
    this.#react.element.classList.toggle("is-open", state.reactOpen);
    this.#host.element.classList.toggle("is-open", state.menu === "host");
    if (state.menu === null) this.#menu.hide();
    else this.#menu.show(this.#anchors[state.menu], t(`meeting.menu.${state.menu}`), this.#groups(state, state.menu));
  }

  #own(button: BarButton, own: Own, word: string, icons: [IconName, IconName]): void {
    button.set(word, own.on ? icons[0] : icons[1]);
    button.element.classList.toggle("is-off", !own.on);
    setAttr(button.element, "aria-busy", own.busy ? "true" : null);
  }

  #groups(state: State, menu: MenuName): Group[] {
    const { t, acts } = this.#ui;
    if (menu === "host") {
      const end: Choice = { label: t("meeting.end_for_all"), icon: "end-for-all", danger: true, pick: () => acts.endForAll() };
      return [{ title: t("meeting.host_tools"), choices: [end] }];
    }
    if (menu === "camera") return [this.#devices(state, "camera", state.camera.device)];
    const groups = [this.#devices(state, "microphone", state.microphone.device)];
    if (state.devices.speaker.length > 0) groups.push(this.#devices(state, "speaker", state.speaker));
    return groups;
  }

  #devices(state: State, kind: DeviceKind, chosen: string): Group {
    const { t, acts } = this.#ui;
    const list = state.devices[kind];
    const none: Choice = { label: t(`meeting.none.${kind}`), pick: () => undefined };
    const choices = list.map((d, i) => ({
      label: d.label || t("meeting.device", { n: i + 1 }),
      chosen: d.id === chosen || (i === 0 && !list.some((o) => o.id === chosen)),
      pick: () => acts.useDevice(kind, d.id),
    }));
    return { title: t(`meeting.kind.${kind}`), choices: choices.length > 0 ? choices : [none] };
  }
}

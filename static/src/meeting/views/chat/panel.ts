// What is in the chat: a script of its own, loaded when it is opened for the first time.
import { h, setText } from "../../dom.ts";
import { type IconName, icon } from "../../icons.ts";
import { type Message, find, shownSince } from "../../state/chat.ts";
import type { State } from "../../state.ts";
import type { Ui } from "../../ui.ts";
import type { Item, Panel } from "../../session/stickers.ts";
import { readPanel } from "../../session/stickers.ts";
import { fileAddress, previewAddress } from "../../session/chatwire.ts";
import { lookInto } from "../../state/filetypes.ts";
import { Composer } from "./composer.ts";
import type { Files } from "./file.ts";
import { List } from "./list.ts";
import { hour } from "./row.ts";
import { Picker } from "./picker.ts";
import { chatText, saveBlob, saveText } from "./save.ts";

export class ChatPanel {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #emoji = new Map<string, string>();
  readonly #list: List;
  readonly #composer: Composer;
  readonly #picker: Picker;
  readonly #fault = h("p", { class: "m-react-fault", attrs: { role: "alert" } });
  readonly #empty: HTMLElement;
  /** Who reads what one writes: nothing to who may not write. */
  readonly #readers: HTMLElement;
  /** For who came later: what is not shown. */
  readonly #since = h("p", { class: "m-react-clear m-chat-since" });
  #drawn: State | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store, meeting, acts } = ui;
    this.#picker = new Picker(ui, (panel) => this.#learn(panel));
    this.#composer = new Composer(ui, this.#emoji, [this.#button("pick", "emoji", () => void this.#picker.open(true, (item, more) => this.#picked(item, more)))]);
    this.#composer.element.prepend(this.#picker.element);
    const around = {
      t, self: meeting.identity, language: document.documentElement.lang || "en", emoji: this.#emoji,
      find: (n: number) => find(store.state.chat.messages, n),
      react: (m: Message, kind: string, name: string, on: boolean) => void this.#tell(acts.chat.react(m, kind, name, on)),
      retry: (id: string) => acts.chat.retry(id),
      drop: (id: string) => acts.chat.drop(id),
      files: this.#files(),
    };
    this.#list = new List(t, around, (m) => this.#tools(m));
    this.#readers = h("p", { text: t("meeting.chat.empty_text") });
    this.#empty = h("div", { class: "m-chat-empty" }, icon("chat", 22), h("p", { class: "m-chat-empty-title", text: t("meeting.chat.empty") }), this.#readers);
    const sealed = meeting.encryption === null ? null : h("p", { class: "m-react-clear m-chat-sealed", text: t("meeting.chat.sealed") });
    this.element = h("div", { class: "m-chat-panel" }, sealed, this.#since, this.#empty, this.#list.element, this.#fault, this.#composer.element);
    if (meeting.host) this.element.prepend(this.#saving());
    this.#composer.attach.drops(this.element);
    void readPanel(meeting).then((panel) => panel && this.#learn(panel));
    store.subscribe((now) => this.#render(now));
  }

  focus(): void {
    this.#composer.focus();
    this.#list.toEnd();
  }

  /** Nothing is drawn while the panel is closed. */
  #render(now: State): void {
    if (!now.chat.open) return;
    const before = this.#drawn;
    if (before && now.chat === before.chat && now.people === before.people && now.host.may === before.host.may) return;
    this.#drawn = now;
    if (!before || now.chat !== before.chat) {
      const none = now.chat.messages.length === 0 && now.chat.pending.length === 0;
      this.#empty.hidden = !none;
      this.#readers.hidden = !now.chat.may;
      this.#list.element.hidden = none;
      this.#list.render(now.chat);
      this.#tellSince(shownSince(now.chat));
    }
    this.#composer.render(now, before ?? { ...now, chat: { ...now.chat, reply: 0, editing: 0 } });
  }

  #tellSince(since: number): void {
    this.#since.hidden = since === 0;
    setText(this.#since, since === 0 ? "" : this.#ui.t("meeting.chat.since", { time: hour(since, document.documentElement.lang || "en") }));
  }

  /** What can be done with a message by this person. */
  #tools(m: Message): HTMLElement[] {
    const { store, meeting, acts } = this.#ui;
    const own = m.from === meeting.identity;
    const tool = (key: string, name: IconName, press: () => void) => this.#button(key, name, press);
    const react = ({ kind, name }: Item) => void this.#tell(acts.chat.react(m, kind, name, true));
    return [
      ...(store.state.chat.may ? [tool("react", "emoji", () => void this.#picker.open(false, react))] : []),
      ...(store.state.chat.may ? [tool("reply", "reply", () => store.dispatch({ type: "chatReply", n: m.n }))] : []),
      ...(own && !m.sticker && !m.closed ? [tool("edit", "edit", () => store.dispatch({ type: "chatEdit", n: m.n }))] : []),
      ...(own || meeting.host ? [tool("delete", "delete", () => void this.#tell(acts.chat.remove(m)))] : []),
    ];
  }

  #button(key: string, name: IconName, press: () => void): HTMLButtonElement {
    const word = this.#ui.t(`meeting.chat.${key}`);
    return h("button", { attrs: { type: "button", "aria-label": word, title: word }, on: { click: press } }, icon(name, 16));
  }

  /** The organization's emoji may stand in texts. */
  #learn(panel: Panel): void {
    const before = this.#emoji.size;
    for (const e of panel.emoji) if (e.src) this.#emoji.set(e.alt, e.src);
    if (this.#emoji.size !== before) this.#list.redraw();
  }

  /** A symbol or the name of an emoji goes into the text; a sticker is sent. */
  #picked(item: Item, more: boolean): void {
    if (item.kind === "sticker") this.#ui.acts.chat.write("", { pack: item.pack ?? "", name: item.name, src: item.src ?? "", symbol: "", alt: item.alt });
    else this.#composer.insert(item.symbol ?? item.alt, !more);
  }

  /** In an encrypted meeting the browser opens a file, and nobody has drawn a small picture. */
  #files(): Files {
    const { meeting, acts, t } = this.#ui;
    const open = meeting.encryption === null;
    return {
      address: ({ file }) => (open && file ? fileAddress(meeting, file.id) : null),
      preview: ({ file }) => (open && file && file.width > 0 ? previewAddress(meeting, file.id) : null),
      save: async (m) => {
        const blob = await acts.chat.files.bytes(m);
        const { name } = m.file ?? { name: "" };
        const wrong = blob ? await lookInto(name, blob) : null; // the server could not
        if (blob && wrong === null) saveBlob(name, blob);
        setText(this.#fault, !blob ? t("meeting.chat.file_unopened") : wrong === null ? "" : t(`meeting.chat.unsaved_${wrong}`, { name }));
      },
      rechoose: (p) => this.#composer.attach.choose((file) => acts.chat.files.again(p, file)),
      cancel: (id) => {
        acts.chat.drop(id);
        this.#composer.focus();
      },
    };
  }

  /** For the host: what one can read here, as a file. */
  #saving(): HTMLElement {
    const { t, store, meeting } = this.#ui;
    const press = () => saveText(`${t("meeting.chat.title")} ${new Date().toISOString().slice(0, 10)}.txt`, chatText(store.state.chat.messages, t, document.documentElement.lang || "en"));
    const button = h("button", { class: "m-chat-save", attrs: { type: "button", title: meeting.room }, on: { click: press } }, icon("save", 16), t("meeting.chat.save"));
    store.subscribe(({ chat }) => (button.hidden = chat.messages.length === 0));
    return button;
  }

  async #tell(done: Promise<string | null>): Promise<void> {
    const wrong = await done;
    setText(this.#fault, wrong === null ? "" : wrong || this.#ui.t("meeting.chat.unchanged"));
  }
}

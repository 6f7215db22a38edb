// What is in the chat: a script of its own, loaded when it is opened for the first time.
import { h, setText } from "../../dom.ts";
import { type IconName, icon } from "../../icons.ts";
import { type Message, find } from "../../state/chat.ts";
import type { State } from "../../state.ts";
import type { Ui } from "../../ui.ts";
import { Composer } from "./composer.ts";
import { List } from "./list.ts";

export class ChatPanel {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #emoji = new Map<string, string>();
  readonly #list: List;
  readonly #composer: Composer;
  readonly #fault = h("p", { class: "m-react-fault", attrs: { role: "alert" } });
  readonly #empty: HTMLElement;
  #drawn: State | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store, meeting, acts } = ui;
    this.#composer = new Composer(ui);
    const around = {
      t, self: meeting.identity, language: document.documentElement.lang || "en", emoji: this.#emoji,
      find: (n: number) => find(store.state.chat.messages, n),
      react: (m: Message, kind: string, name: string, on: boolean) => void this.#tell(acts.chat.react(m, kind, name, on)),
      retry: (id: string) => acts.chat.retry(id),
      drop: (id: string) => acts.chat.drop(id),
    };
    this.#list = new List(t, around, (m) => this.#tools(m));
    this.#empty = h("div", { class: "m-chat-empty" }, icon("chat", 22), h("p", { class: "m-chat-empty-title", text: t("meeting.chat.empty") }), h("p", { text: t("meeting.chat.empty_text") }));
    const sealed = meeting.encryption === null ? null : h("p", { class: "m-react-clear m-chat-sealed", text: t("meeting.chat.sealed") });
    this.element = h("div", { class: "m-chat-panel" }, sealed, this.#empty, this.#list.element, this.#fault, this.#composer.element);
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
    if (before && now.chat === before.chat && now.people === before.people) return;
    this.#drawn = now;
    if (!before || now.chat !== before.chat) {
      const none = now.chat.messages.length === 0 && now.chat.pending.length === 0;
      this.#empty.hidden = !none;
      this.#list.element.hidden = none;
      this.#list.render(now.chat);
    }
    this.#composer.render(now, before ?? { ...now, chat: { ...now.chat, reply: 0, editing: 0 } });
  }

  /** What can be done with a message by this person. */
  #tools(m: Message): HTMLElement[] {
    const { t, store, meeting, acts } = this.#ui;
    const own = m.from === meeting.identity;
    const tool = (key: string, name: IconName, press: () => void) =>
      h("button", { attrs: { type: "button", "aria-label": t(`meeting.chat.${key}`), title: t(`meeting.chat.${key}`) }, on: { click: press } }, icon(name, 16));
    return [
      ...(store.state.chat.may ? [tool("reply", "reply", () => store.dispatch({ type: "chatReply", n: m.n }))] : []),
      ...(own && !m.sticker && !m.closed ? [tool("edit", "edit", () => store.dispatch({ type: "chatEdit", n: m.n }))] : []),
      ...(own || meeting.host ? [tool("delete", "delete", () => void this.#tell(acts.chat.remove(m)))] : []),
    ];
  }

  async #tell(done: Promise<string | null>): Promise<void> {
    const wrong = await done;
    setText(this.#fault, wrong === null ? "" : wrong || this.#ui.t("meeting.chat.unchanged"));
  }
}

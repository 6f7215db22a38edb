import { h, setAttr, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import type { State } from "../state.ts";
import type { Ui } from "../ui.ts";
import type { ChatPanel } from "./chat/panel.ts";
import { composing } from "./composing.ts";
import { giveBack } from "./focus.ts";

/** The place of the chat beside the stage. What is in it is loaded when it is opened for the first time. */
export class Chat {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #close: HTMLButtonElement;
  readonly #inside = h("div", { class: "m-chat-inside" });
  #panel: ChatPanel | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store } = ui;
    const close = () => store.dispatch({ type: "toggleChat" });
    this.#close = h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.chat.close") }, on: { click: close } }, icon("close", 18));
    this.element = h(
      "aside",
      { class: "m-people m-chat", attrs: { "aria-label": t("meeting.chat.title") } },
      h("header", { class: "m-people-head" }, h("h2", { text: t("meeting.chat.title") }), this.#close),
      this.#inside,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !composing(event)) close();
    });
    store.subscribe((now, before) => this.#render(now, before));
  }

  #render(now: State, before: State): void {
    this.element.hidden = !now.chat.open;
    if (now.chat.open && !before.chat.open) {
      if (this.#panel) this.#panel.focus();
      else {
        this.#close.focus();
        void this.#load();
      }
    }
    if (!now.chat.open && before.chat.open && !now.peopleOpen && !now.reactOpen) giveBack(".m-btn-chat");
  }

  async #load(): Promise<void> {
    const { t } = this.#ui;
    this.#inside.replaceChildren(h("p", { class: "m-react-wait", text: t("meeting.chat.loading"), attrs: { role: "status" } }));
    setAttr(this.#inside, "aria-busy", "true");
    try {
      const { ChatPanel } = await import("./chat/panel.ts");
      this.#panel ??= new ChatPanel(this.#ui);
      this.#inside.replaceChildren(this.#panel.element);
      if (this.#ui.store.state.chat.open) this.#panel.focus();
    } catch {
      const again = h("button", { class: "btn btn-small", text: t("meeting.chat.again"), attrs: { type: "button" }, on: { click: () => void this.#load() } });
      this.#inside.replaceChildren(h("div", { class: "m-react-wait" }, h("p", { text: t("meeting.chat.unloaded"), attrs: { role: "alert" } }), again));
    }
    setAttr(this.#inside, "aria-busy", null);
  }
}

/** The button of the bar, with a mark for what one has not read. */
export function chatButton({ t, store }: Ui): HTMLButtonElement {
  const count = h("span", { class: "m-count m-unread", attrs: { "aria-hidden": "true" } });
  const said = h("span", { class: "sr-only", attrs: { id: "chat-unread" } });
  const button = h(
    "button",
    { class: "m-btn m-btn-chat", attrs: { type: "button", "aria-describedby": "chat-unread", "aria-label": t("meeting.chat.title") }, on: { click: () => store.dispatch({ type: "toggleChat" }) } },
    h("span", { class: "m-face" }, h("span", { class: "m-icon" }, icon("chat", 20)), count),
    h("span", { class: "m-label", text: t("meeting.chat.title") }),
    said,
  );
  button.dataset["key"] = "C";
  setAttr(button, "aria-keyshortcuts", "C");
  button.title = `${t("meeting.chat.title")} (C)`;
  store.subscribe(({ chat }) => {
    setAttr(button, "aria-expanded", String(chat.open));
    button.classList.toggle("is-open", chat.open);
    count.hidden = chat.unread === 0;
    setText(count, chat.unread > 99 ? "99+" : String(chat.unread));
    setText(said, chat.unread === 0 ? "" : t.count("meeting.chat.unread", chat.unread));
  });
  return button;
}

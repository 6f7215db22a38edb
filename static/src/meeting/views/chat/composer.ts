import { h, setAttr, setText } from "../../dom.ts";
import { icon } from "../../icons.ts";
import { type Message, find, lastOwn, silenced } from "../../state/chat.ts";
import type { State } from "../../state.ts";
import type { Ui } from "../../ui.ts";
import { composing } from "../composing.ts";
import { Attach } from "./attach.ts";
import { Complete } from "./complete.ts";
import { Left, shownFrom } from "./left.ts";
import { glance } from "./news.ts";

/** Characters of a message; how many are left is shown near the end. */
const most = 4000;

/** Where one writes: to whom, what it answers or replaces, and the text. */
export class Composer {
  readonly element: HTMLElement;
  readonly attach: Attach;
  readonly #ui: Ui;
  readonly #text: HTMLTextAreaElement;
  readonly #to = h("select", { attrs: { id: "chat-to" } });
  readonly #about = h("div", { class: "m-chat-about" });
  readonly #left = h("p", { class: "m-chat-left", attrs: { "aria-hidden": "true" } });
  readonly #leftSaid = h("p", { class: "sr-only", attrs: { role: "status" } });
  readonly #room = new Left();
  readonly #fault = h("p", { class: "m-react-fault", attrs: { role: "alert" } });
  readonly #form: HTMLFormElement;
  readonly #silent: HTMLElement;
  readonly #complete: Complete;
  #editing = 0;

  constructor(ui: Ui, emoji: ReadonlyMap<string, string>, extras: HTMLElement[] = []) {
    this.#ui = ui;
    const { t, store } = ui;
    this.#text = h("textarea", { attrs: { id: "chat-text", rows: "1", maxlength: String(most), dir: "auto", placeholder: t("meeting.chat.placeholder"), autocomplete: "off", enterkeyhint: "send" } });
    this.#complete = new Complete(ui.t, this.#text, emoji);
    this.attach = new Attach(ui, (words) => setText(this.#fault, words), () => this.focus());
    const send = h("button", { class: "m-chat-send", attrs: { type: "submit", "aria-label": t("meeting.chat.send"), title: t("meeting.chat.send") } }, icon("send", 18));
    this.#form = h(
      "form",
      { class: "m-chat-form" },
      h("div", { class: "m-chat-to" }, h("label", { text: t("meeting.chat.to"), attrs: { for: "chat-to" } }), this.#to),
      this.#about,
      this.attach.element,
      h("div", { class: "m-chat-field" }, h("label", { class: "sr-only", text: t("meeting.chat.message"), attrs: { for: "chat-text" } }), this.attach.button, this.#text, ...extras, send, this.#complete.element),
      this.#left,
      this.#leftSaid,
      this.#fault,
    );
    this.#silent = h("p", { class: "m-chat-silent", attrs: { tabindex: "-1" } });
    this.element = h("div", { class: "m-chat-foot" }, this.#form, h("div", { attrs: { role: "status" } }, this.#silent));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#to.addEventListener("change", () => store.dispatch({ type: "chatTo", to: this.#to.value }));
    this.#text.value = ui.acts.drafts.text(store.state.chat.to);
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("paste", (event) => this.attach.paste(event));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
  }

  focus(): void {
    if (this.#form.hidden) this.#silent.focus();
    else this.#text.focus();
  }

  /** Puts something in where the caret is. */
  insert(what: string, focus = true): void {
    const { selectionStart, selectionEnd } = this.#text;
    this.#text.setRangeText(what, selectionStart, selectionEnd, "end");
    this.#typed();
    if (focus) this.focus();
  }

  render(now: State, before: State): void {
    const { chat, people } = now;
    this.#silence(now);
    if (people !== before.people || chat.to !== before.chat.to || this.#to.options.length === 0) this.#people(now);
    if (chat.to !== before.chat.to && chat.editing === 0) this.#draft(chat.to);
    if (chat.reply !== before.chat.reply || chat.editing !== before.chat.editing) this.#changed(now, before);
  }

  /** Takes the form away with a sentence, or gives it back as it was left. Where one is stays where one is. */
  #silence(now: State): void {
    const { t } = this.#ui;
    const why = silenced(now.chat, now.host);
    const [form, said] = [this.#form.contains(document.activeElement), document.activeElement === this.#silent];
    this.#form.hidden = why !== null;
    this.#silent.hidden = why === null;
    setText(this.#silent, why === null ? "" : t(why === "host" ? "meeting.chat.silent_host" : "meeting.chat.silent"));
    if (why === null ? said : form) this.focus();
  }

  /** Everyone, and each of the others. Who has left stays to be seen while one writes to them. */
  #people({ people, chat }: State): void {
    const { t } = this.#ui;
    const others = people.filter((p) => !p.self);
    const option = (value: string, text: string) => h("option", { text, attrs: { value } });
    const gone = chat.to !== "" && !others.some((p) => p.identity === chat.to);
    const wanted = [["", t("meeting.chat.everyone")], ...others.map((p) => [p.identity, p.name]), ...(gone ? [[chat.to, t("meeting.chat.gone")]] : [])];
    const same = wanted.length === this.#to.options.length && wanted.every(([value, text], i) => this.#to.options[i]?.value === value && this.#to.options[i]?.text === text);
    if (!same) this.#to.replaceChildren(...wanted.map(([value = "", text = ""]) => option(value, text)));
    this.#to.value = chat.to;
    this.#form.classList.toggle("is-private", chat.to !== "");
  }

  /** A reply or an edit has begun, or ended. */
  #changed({ chat }: State, before: State): void {
    const { t, store } = this.#ui;
    const about = find(chat.messages, chat.editing || chat.reply);
    if (chat.editing !== before.chat.editing) this.#edits(chat.editing === 0 ? null : (about ?? null));
    if (!about) return this.#about.replaceChildren();
    const what = chat.editing === 0 ? t("meeting.chat.replying", { name: about.by }) : t("meeting.chat.editing");
    const cancel = () => store.dispatch({ type: "chatReply", n: 0 });
    this.#about.replaceChildren(
      h("p", {}, h("strong", { text: what, attrs: { dir: "auto" } }), h("span", { class: "ellipsis", text: glance(about, t), attrs: { dir: "auto" } })),
      h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.chat.cancel") }, on: { click: cancel } }, icon("close", 16)),
    );
    this.focus();
  }

  #edits(message: Message | null): void {
    const ended = this.#editing !== 0 && !message;
    this.#editing = message?.n ?? 0;
    setAttr(this.#to, "disabled", message ? "" : null);
    if (message) this.#text.value = message.text;
    if (ended) this.#draft(this.#ui.store.state.chat.to);
    this.#count();
  }

  /** What one had begun to write to somebody. */
  #draft(to: string): void {
    this.#text.value = this.#ui.acts.drafts.text(to);
    this.#count();
  }

  async #send(): Promise<void> {
    const { t, store, acts } = this.#ui;
    const { chat } = store.state;
    const text = this.#text.value.trim();
    const edited = find(chat.messages, chat.editing);
    if (text === "" && (edited ? edited.file === null : this.attach.count === 0)) return;
    setText(this.#fault, "");
    if (!edited) {
      this.#text.value = "";
      acts.drafts.sent(chat.to);
      this.#count();
      const files = this.attach.take();
      // The words stand beside the first one.
      return files.length === 0 ? acts.chat.write(text) : files.forEach((file, i) => acts.chat.files.attach(file, i === 0 ? text : ""));
    }
    const wrong = text === edited.text ? null : await acts.chat.edit(edited, text);
    if (wrong === null) store.dispatch({ type: "chatEdit", n: 0 });
    else setText(this.#fault, wrong || t("meeting.chat.unchanged"));
  }

  #typed(): void {
    const { store, acts } = this.#ui;
    if (this.#editing === 0) acts.drafts.type(store.state.chat.to, this.#text.value);
    this.#count();
  }

  #count(): void {
    const left = most - this.#text.value.length;
    const words = left > shownFrom ? "" : this.#ui.t.count("meeting.chat.left", left);
    setText(this.#left, words);
    if (this.#room.now(left) !== undefined) setText(this.#leftSaid, words);
  }

  /** Enter sends, with Shift it begins a line; Up in an empty field edits what one wrote last; Escape ends a reply or an edit first. */
  #key(event: KeyboardEvent): void {
    if (composing(event) || this.#complete.key(event)) return;
    const { store, meeting } = this.#ui;
    const { chat } = store.state;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
    if (event.key === "Escape" && (chat.reply !== 0 || chat.editing !== 0)) {
      event.preventDefault();
      store.dispatch({ type: "chatReply", n: 0 });
    }
    const mine = event.key === "ArrowUp" && this.#text.value === "" ? lastOwn(chat, meeting.identity) : undefined;
    if (mine) {
      event.preventDefault();
      store.dispatch({ type: "chatEdit", n: mine.n });
    }
  }
}

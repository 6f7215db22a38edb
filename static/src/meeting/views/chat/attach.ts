// Choosing what to send: by a button, dropped onto the chat, or pasted. It leaves with the message, and can be taken back until then.
import { h, setText } from "../../dom.ts";
import { icon } from "../../icons.ts";
import { type Distrust, lookInto } from "../../state/filetypes.ts";
import { refusal, fileName, sizeText } from "../../state/files.ts";
import type { Ui } from "../../ui.ts";
import { named } from "./file.ts";

export class Attach {
  readonly button: HTMLButtonElement;
  /** What is chosen, above the text. */
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #said = h("p", { class: "sr-only", attrs: { role: "status" } });
  readonly #fault: (words: string) => void;
  readonly #back: () => void;
  #files: File[] = [];

  /** `back` takes the focus to where one writes. */
  constructor(ui: Ui, fault: (words: string) => void, back: () => void) {
    this.#ui = ui;
    this.#fault = fault;
    this.#back = back;
    const { t } = ui;
    this.#input = h("input", { attrs: { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" } });
    this.button = h("button", { attrs: { type: "button", "aria-label": t("meeting.chat.attach"), title: t("meeting.chat.attach") }, on: { click: () => this.#input.click() } }, icon("attach", 18));
    this.#list = h("ul", { class: "m-chat-chosen", attrs: { "aria-label": t("meeting.chat.chosen") } });
    this.element = h("div", {}, this.#list, this.#said, this.#input);
    this.#input.addEventListener("change", () => {
      void this.add([...(this.#input.files ?? [])]);
      this.#input.value = ""; // the same file can be chosen again
    });
    this.#draw();
  }

  get count(): number {
    return this.#files.length;
  }

  /** Lets the person choose one file, and gives it if it can be sent. */
  choose(then: (file: File) => void): void {
    const input = h("input", { attrs: { type: "file" } });
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) void this.#distrusted([file]).then(([distrust = null]) => {
        const why = refusal(file, this.#ui.meeting.fileMost, 0) ?? distrust;
        this.#fault(why === null ? "" : this.#why(why, fileName(file.name)));
        if (why === null) then(file);
        this.#back();
      });
    });
    input.click();
  }

  /** Where the server cannot look into files, this page does before it seals them. */
  async #distrusted(files: readonly File[]): Promise<(Distrust | null)[]> {
    return this.#ui.meeting.encryption === null ? [] : Promise.all(files.map((file) => lookInto(fileName(file.name), file)));
  }

  /** Takes files in, as far as they can be sent, and says which cannot. */
  async add(files: readonly File[]): Promise<void> {
    const distrusted = await this.#distrusted(files);
    const { t, meeting, store } = this.#ui;
    if (!store.state.chat.may || files.length === 0) return;
    const faults: string[] = [];
    for (const [i, file] of files.entries()) {
      const why = refusal(file, meeting.fileMost, this.#files.length) ?? distrusted[i] ?? null;
      if (why === null) this.#files.push(file);
      else faults.push(this.#why(why, fileName(file.name)));
      if (why === "many") break;
    }
    this.#fault(faults.join(" "));
    this.#draw();
    setText(this.#said, this.#files.length === 0 ? "" : t.count("meeting.chat.chosen_n", this.#files.length));
    this.#back();
  }

  /** Gives what was chosen away. */
  take(): File[] {
    const files = this.#files;
    this.#files = [];
    this.#draw();
    setText(this.#said, "");
    return files;
  }

  /** A picture in the clipboard is a file; where there is a text as well, as from a table, the text is meant. */
  paste(event: ClipboardEvent): void {
    const data = event.clipboardData;
    if (!data || data.files.length === 0 || data.types.includes("text/plain")) return;
    event.preventDefault();
    void this.add([...data.files]);
  }

  /** Lets files be dropped onto the chat. One that misses it is not opened in place of the meeting. */
  drops(panel: HTMLElement): void {
    const { t, store } = this.#ui;
    const veil = h("p", { class: "m-chat-drop", attrs: { "aria-hidden": "true" } }, icon("attach", 22), t("meeting.chat.drop"));
    const shown = (on: boolean) => veil.classList.toggle("is-shown", on && store.state.chat.may);
    panel.append(veil);
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const here = event.target instanceof Node && panel.contains(event.target);
      event.dataTransfer.dropEffect = here && store.state.chat.may ? "copy" : "none";
      shown(here);
    };
    window.addEventListener("dragenter", over);
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) shown(false); // out of the window
    });
    window.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      shown(false);
      if (event.target instanceof Node && panel.contains(event.target)) this.#dropped(event.dataTransfer);
    });
  }

  #dropped(data: DataTransfer): void {
    const folder = [...data.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
    if (folder) this.#fault(this.#ui.t("meeting.chat.file_folder"));
    else void this.add([...data.files]);
  }

  #why(why: "many" | "empty" | "large" | Distrust, name: string): string {
    const { t, meeting } = this.#ui;
    if (why === "many") return t("meeting.chat.file_many");
    if (why === "program" || why === "unlike") return t(`meeting.chat.unsent_${why}`, { name });
    if (why === "empty") return t("meeting.chat.file_empty", { name });
    return t("meeting.chat.file_large", { name, most: sizeText(meeting.fileMost, document.documentElement.lang || "en") });
  }

  #draw(): void {
    const { t } = this.#ui;
    this.#list.hidden = this.#files.length === 0;
    this.#list.replaceChildren(
      ...this.#files.map((file) => {
        const name = fileName(file.name);
        const remove = () => {
          this.#files = this.#files.filter((f) => f !== file);
          this.#draw();
          this.#back();
        };
        return h(
          "li",
          { attrs: { title: name } },
          icon("file", 16),
          ...named({ name, size: file.size }, document.documentElement.lang || "en"),
          h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.chat.unchoose", { name }) }, on: { click: remove } }, icon("close", 16)),
        );
      }),
    );
  }
}

// A file as the chat shows it: its name, its size, and a small picture where the server drew one.
import { h, setAttr } from "../../dom.ts";
import { icon } from "../../icons.ts";
import { type Message, type Pending, moves } from "../../state/chat.ts";
import { sizeText, split } from "../../state/files.ts";
import type { Texts } from "../../texts.ts";

export interface Files {
  /** Where a file is taken from; null where this browser has to open it first. */
  address(m: Message): string | null;
  /** The small picture; null when there is none. */
  preview(m: Message): string | null;
  /** Opens a sealed file and hands it to the browser to keep. */
  save(m: Message): Promise<void>;
  /** Lets the person choose a file anew that the page has lost. */
  rechoose(p: Pending): void;
  /** Stops what is on its way. */
  cancel(id: string): void;
}

/** A file to save. Nothing of it is ever opened in place of the meeting. */
export function fileCard(m: Message, t: Texts, language: string, files: Files): HTMLElement | null {
  const { file } = m;
  if (!file) return null;
  const label = t("meeting.chat.save_file", { name: file.name, size: sizeText(file.size, language) });
  const inside = [picture(m, files), h("span", { class: "m-chat-file-line" }, icon("file", 18), ...named(file, language), icon("save", 16))];
  const address = files.address(m);
  if (address !== null) return h("a", { class: "m-chat-file", attrs: { href: address, download: file.name, "aria-label": label, title: file.name } }, ...inside);
  const button = h("button", { class: "m-chat-file", attrs: { type: "button", "aria-label": label, title: file.name } }, ...inside);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-busy") === "true") return;
    setAttr(button, "aria-busy", "true");
    void files.save(m).finally(() => setAttr(button, "aria-busy", null));
  });
  return button;
}

function picture(m: Message, files: Files): HTMLElement | null {
  const src = files.preview(m);
  if (src === null || !m.file) return null;
  const img = h("img", { class: "m-chat-preview", attrs: { src, alt: "", loading: "lazy", decoding: "async", width: String(m.file.width), height: String(m.file.height) } });
  img.addEventListener("error", () => img.remove());
  return img;
}

/** The name and the size. Of a long name the ending stays to be seen: it says what the file is. */
export function named(file: { name: string; size: number }, language: string): HTMLElement[] {
  const [stem, ending] = split(file.name);
  return [
    h("span", { class: "m-chat-file-name", attrs: { dir: "auto" } }, h("span", { class: "ellipsis", text: stem }), h("span", { text: ending })),
    h("span", { class: "m-chat-size", text: sizeText(file.size, language) }),
  ];
}

/** One's own file that is not there yet, with how much of it is. */
export function pendingFile(p: Pending, t: Texts, language: string, files: Files): HTMLElement | null {
  if (!p.file) return null;
  const goes = moves(p);
  const bar = h("progress", { attrs: { max: "100", value: "0", "aria-label": t("meeting.chat.file_progress", { name: p.file.name }) } });
  bar.dataset["id"] = p.id;
  const cancel = h("button", { class: "m-chat-small", text: t("meeting.chat.cancel"), attrs: { type: "button" }, on: { click: () => files.cancel(p.id) } });
  return h(
    "div",
    { class: "m-chat-file" },
    h("span", { class: "m-chat-file-line", attrs: { title: p.file.name } }, icon("file", 18), ...named(p.file, language), goes ? cancel : null),
    goes ? bar : null,
  );
}

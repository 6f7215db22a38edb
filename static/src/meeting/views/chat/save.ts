// The chat as a text file, made by the browser: in an encrypted meeting nobody else could.
import type { Message } from "../../state/chat.ts";
import type { Texts } from "../../texts.ts";
import { glance } from "./news.ts";

/** One line a message, with what it answers; more lines of one message are set in. */
export function chatText(messages: readonly Message[], t: Texts, language: string): string {
  const when = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  const lines = messages.filter((m) => !m.deleted).map((m) => {
    const whom = m.to === "" ? "" : ` → ${m.toName}`;
    const text = m.closed || m.sticker ? `[${glance(m, t)}]` : [m.file ? `[${m.file.name}]` : "", m.text].filter((part) => part !== "").join(" ");
    return `${when.format(m.at)}  ${m.by}${whom}: ${text.replaceAll("\n", "\n    ")}`;
  });
  return `${lines.join("\n")}\n`;
}

/** Hands the file to the browser to keep. */
export const saveText = (name: string, text: string): void => saveBlob(name, new Blob([text], { type: "text/plain;charset=utf-8" }));

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

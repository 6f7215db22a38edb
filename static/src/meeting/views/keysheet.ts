import { h } from "../dom.ts";
import type { Ui } from "../ui.ts";

type Row = [keys: string[], what: string];

/** The list of keys, with the switch that turns single keys off. Loaded when it is opened. */
export function keySheet(ui: Ui): HTMLDialogElement {
  const { t, acts, store } = ui;
  const on = h("input", { attrs: { type: "checkbox", checked: store.state.stage.keys } });
  on.addEventListener("change", () => acts.choose({ keys: on.checked }));
  const close = h("button", { class: "btn btn-primary", text: t("meeting.keys.done"), attrs: { type: "button" } });
  const sheet = h(
    "dialog",
    { class: "m-sheet", attrs: { "aria-labelledby": "keys-title" } },
    h("h2", { text: t("meeting.keys.title"), attrs: { id: "keys-title" } }),
    h("div", { class: "m-keys", attrs: { tabindex: "0", role: "group", "aria-label": t("meeting.keys.title") } }, table(rowsOf(ui))),
    h("label", { class: "m-keys-switch" }, on, h("span", {}, h("b", { text: t("meeting.keys.on") }), h("small", { text: t("meeting.keys.on_means") }))),
    close,
  );
  close.addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // beside it
  });
  return sheet;
}

function rowsOf({ t }: Ui): Row[] {
  const buttons = [...document.querySelectorAll<HTMLElement>(".m-bar [data-key]")].filter((b) => b.closest("[hidden]") === null);
  const own = (key: string): string | undefined => ({ M: t("meeting.keys.microphone"), V: t("meeting.keys.camera") })[key];
  return [
    [[t("meeting.keys.space")], t("meeting.keys.push")],
    ...buttons.map((b): Row => [[b.dataset["key"] ?? ""], own(b.dataset["key"] ?? "") ?? b.querySelector(".m-label")?.textContent ?? ""]),
    [["L"], t("meeting.keys.layout")],
    [["F"], t("meeting.keys.full")],
    [["N"], t("meeting.quality.title")],
    [[t("meeting.keys.page_up"), t("meeting.keys.page_down")], t("meeting.keys.page")],
    [["+", "−", "0"], t("meeting.keys.zoom")],
    [["?"], t("meeting.keys.title")],
  ];
}

function table(rows: Row[]): HTMLElement {
  const line = ([keys, what]: Row) => h("div", {}, h("dt", {}, ...keys.map((key) => h("kbd", { text: key }))), h("dd", { text: what }));
  return h("dl", {}, ...rows.map(line));
}

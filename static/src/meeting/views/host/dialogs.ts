// Questions before what is hard to take back, and the field for another name.
import { h, setAttr, setText } from "../../dom.ts";
import type { Person, State } from "../../state.ts";
import { leads } from "../../state/host.ts";
import type { Ui } from "../../ui.ts";

/** Asks whether somebody is meant to go. */
export function askBefore(what: "remove" | "ban", { identity, name }: Person, ui: Ui, then: () => void): void {
  const { t } = ui;
  const words = { title: t(`meeting.hosting.${what}.title`, { name }), text: t(`meeting.hosting.${what}.text`), no: t("meeting.hosting.cancel"), yes: t(`meeting.hosting.${what}.yes`, { name }) };
  ask(words, ui, ({ people }) => people.some((p) => p.identity === identity), then);
}

/** Asks whether the meeting is meant to be over for everybody. */
export function askToEnd(ui: Ui): void {
  const { t, acts, store } = ui;
  const words = { title: t("meeting.hosting.end.title", { n: store.state.people.length }), text: t("meeting.hosting.end.text"), no: t("meeting.hosting.end.no"), yes: t("meeting.end_for_all") };
  ask(words, ui, () => true, () => acts.endForAll());
}

interface Words {
  title: string;
  text: string;
  no: string;
  yes: string;
}

/** The question goes by itself when there is nothing left to ask, and with the right to decide it. The focus is on what changes nothing. */
function ask(words: Words, { store, meeting }: Ui, stands: (state: State) => boolean, then: () => void): void {
  const no = h("button", { class: "btn", text: words.no, attrs: { type: "button" } });
  const yes = h("button", { class: "btn btn-danger", text: words.yes, attrs: { type: "button" } });
  const sheet = open(words.title, h("p", { class: "soft", text: words.text }), h("div", { class: "dialog-actions" }, no, yes));
  const unfollow = store.subscribe((now) => {
    if (!leads(now.host, meeting.identity) || !stands(now)) sheet.close();
  });
  sheet.addEventListener("close", unfollow);
  no.addEventListener("click", () => sheet.close());
  yes.addEventListener("click", () => {
    sheet.close();
    then();
  });
  no.focus();
}

/** Asks for another name. What is wrong with it stands below it, and it stays as it was typed. */
export function askName({ identity, name, self }: Person, { t, acts }: Ui): void {
  const field = h("input", { class: "input", attrs: { id: "new-name", type: "text", maxlength: "60", autocomplete: "off", dir: "auto", required: true, "aria-describedby": "new-name-fault" } });
  field.value = name;
  const fault = h("p", { class: "m-rename-fault", attrs: { id: "new-name-fault", role: "alert" } });
  const no = h("button", { class: "btn", text: t("meeting.hosting.cancel"), attrs: { type: "button" } });
  const yes = h("button", { class: "btn btn-primary", text: t("meeting.hosting.rename.save"), attrs: { type: "submit" } });
  const form = h("form", { class: "m-rename", attrs: { novalidate: true } }, h("label", { class: "label", text: t("meeting.hosting.rename.name"), attrs: { for: "new-name" } }), field, fault, h("div", { class: "dialog-actions" }, no, yes));
  const sheet = open(self ? t("meeting.hosting.rename.own") : t("meeting.hosting.rename.title", { name }), form);
  no.addEventListener("click", () => sheet.close());
  const save = async () => {
    yes.disabled = true;
    const wrong = await acts.host.press("rename", { ...(self ? {} : { id: identity }), name: field.value });
    yes.disabled = false;
    if (wrong === null) return sheet.close();
    setText(fault, wrong || t("meeting.hosting.failed"));
    setAttr(field, "aria-invalid", "true");
    field.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void save();
  });
  field.select();
}

function open(title: string, ...inside: HTMLElement[]): HTMLDialogElement {
  const sheet = h("dialog", { class: "m-sheet m-host-sheet", attrs: { "aria-labelledby": "host-sheet" } }, h("h2", { text: title, attrs: { id: "host-sheet" } }), ...inside);
  document.querySelector(".meeting")?.append(sheet);
  sheet.addEventListener("close", () => sheet.remove());
  sheet.showModal();
  return sheet;
}

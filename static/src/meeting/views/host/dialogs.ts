// Questions before what is hard to take back, and the field for another name.
import { h, setAttr, setText } from "../../dom.ts";
import type { Person } from "../../state.ts";
import type { Ui } from "../../ui.ts";

/** Asks whether somebody is meant to go. */
export function askBefore(what: "remove" | "ban", name: string, { t }: Ui, then: () => void): void {
  const no = h("button", { class: "btn", text: t("meeting.hosting.cancel"), attrs: { type: "button" } });
  const yes = h("button", { class: "btn btn-danger", text: t(`meeting.hosting.${what}.yes`, { name }), attrs: { type: "button" } });
  const sheet = open(t(`meeting.hosting.${what}.title`, { name }), h("p", { class: "soft", text: t(`meeting.hosting.${what}.text`) }), h("div", { class: "dialog-actions" }, no, yes));
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

// What one can try before a meeting: the network. Each is loaded when it is asked for.
import { need } from "../dom.ts";
import type { Texts } from "../texts.ts";

export function followTries(form: HTMLFormElement, t: Texts): void {
  const check = need("[data-check]", HTMLButtonElement, form);
  check.hidden = false;
  check.addEventListener("click", () => {
    void import("./check/sheet.ts").then(({ openCheck }) =>
      openCheck({
        ask: check.dataset["check"] ?? "",
        csrf: need("[name=csrf]", HTMLInputElement, form).value,
        page: check.dataset["page"] ?? "",
        patience: Number(check.dataset["patience"]) * 1000,
        t,
        language: document.documentElement.lang || "en",
      }),
    );
  });
}

// What one can try before a meeting: one's own sound, and the network. Each is loaded when it is asked for.
import { need } from "../dom.ts";
import { canRecord } from "../session/echo.ts";
import type { Sources } from "../session/sources.ts";
import type { Texts } from "../texts.ts";

export function followTries(form: HTMLFormElement, sources: Sources, speaker: () => string, t: Texts): void {
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
  const echo = need("[data-echo]", HTMLButtonElement, form);
  echo.hidden = !canRecord();
  echo.addEventListener("click", () => {
    const length = Number(echo.dataset["echo"]) * 1000;
    void import("./echo/sheet.ts").then(({ openEcho }) => openEcho({ microphone: sources.microphone, speaker, length, t }));
  });
}

// The usage page: each drawing of the server's gets a button that opens it to look closer. What draws then is loaded when somebody asks.
import type { Zoomed } from "./zoom.ts";

/** What the page hands over, as views/usage_zoom.go writes it: one entry a day in each list. */
export interface Usage {
  readonly days: readonly string[];
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly texts: { readonly range: string; readonly value: string; readonly failed: string };
  readonly lang: string;
}

function opener(figure: HTMLElement, usage: Usage): void {
  const button = figure.querySelector<HTMLButtonElement>("[data-zoom]");
  const panel = figure.querySelector<HTMLElement>("[data-zoom-panel]");
  const values = usage.values[button?.dataset["zoom"] ?? ""];
  if (!button || !panel || !values) return;
  let open: Zoomed | null = null;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.hasAttribute("data-busy")) return;
    if (open) {
      open.close();
      open = null;
      show(figure, button, panel, false);
      return;
    }
    button.setAttribute("data-busy", "");
    import("./zoom.ts")
      .then(({ zoom }) => {
        show(figure, button, panel, true);
        open = zoom(panel, usage, values);
      })
      .catch(() => {
        const says = figure.querySelector<HTMLElement>("[data-zoom-failed]");
        if (says) says.textContent = usage.texts.failed;
      })
      .finally(() => button.removeAttribute("data-busy"));
  });
}

function show(figure: HTMLElement, button: HTMLButtonElement, panel: HTMLElement, on: boolean): void {
  figure.classList.toggle("chart-near", on);
  panel.hidden = !on;
  button.setAttribute("aria-expanded", String(on));
}

const data = document.getElementById("usage-days")?.textContent;
if (data) {
  const usage = JSON.parse(data) as Usage;
  for (const figure of document.querySelectorAll<HTMLElement>(".chart")) opener(figure, usage);
}

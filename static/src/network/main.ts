// The page for who looks after a network: puts what this browser found last beside what has to be let through.
import { need, readData } from "../meeting/dom.ts";
import { keptResult } from "../meeting/lobby/check/keep.ts";
import { reportOf } from "../meeting/lobby/check/verdict.ts";
import { textsFrom } from "../meeting/texts.ts";

const language = document.documentElement.lang || "en";
const found = keptResult();
if (found) {
  const report = reportOf(found, textsFrom(readData<Record<string, string>>("texts") ?? {}, language), language);
  need("[data-report]", HTMLElement).textContent = report;
  need("[data-copy]", HTMLButtonElement).dataset["copy"] = report;
  need("[data-found]", HTMLElement).hidden = false;
  need("[data-nothing]", HTMLElement).hidden = true;
}
const print = need("[data-print]", HTMLButtonElement);
print.hidden = false;
print.addEventListener("click", () => window.print());

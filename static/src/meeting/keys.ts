// Keys that act wherever the focus is, and the space bar that is held to be heard.
import { turned } from "./state.ts";
import { layouts } from "./state/stage.ts";
import type { Ui } from "./ui.ts";

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

/** Where a key was pressed. `button` is one that the person went to by keys: the space bar is for it. `away` is a tab that is not in the meeting any more. */
export type Where = "page" | "typing" | "button" | "menu" | "away";

/** What a press means. `press` is for the button of the bar that has that key. */
export type Meaning = { do: "push" | "sheet" | "full" | "layout" | "connection" | "back" | "on" } | { do: "press"; key: string } | null;

/**
 * Reads a press. Keys with Control, Alt or the command key are the browser's and the system's; `aside` is in a panel or a list beside
 * the tiles, where whole pages are to be scrolled. Pure.
 */
export function meaningOf(press: Press, where: Where, aside = false): Meaning {
  if (press.ctrlKey || press.metaKey || press.altKey || where === "typing" || where === "menu" || where === "away") return null;
  if (press.key === " ") return where === "page" ? { do: "push" } : null;
  if (press.repeat) return null;
  switch (press.key) {
    case "?":
      return { do: "sheet" };
    case "PageUp":
      return aside ? null : { do: "back" };
    case "PageDown":
      return aside ? null : { do: "on" };
  }
  const letter = press.key.toLocaleUpperCase("en");
  if (letter === "F") return { do: "full" };
  if (letter === "L") return { do: "layout" };
  if (letter === "N") return { do: "connection" };
  return /^[A-Z]$/.test(letter) ? { do: "press", key: letter } : null;
}

/** Makes keys act until the signal says stop. */
export function followKeys(ui: Ui, until: AbortSignal): void {
  const { store, acts } = ui;
  const options = { signal: until };
  let byKeys = false; // how the focus came where it is
  document.addEventListener("pointerdown", () => (byKeys = false), { ...options, capture: true });
  const release = () => {
    if (store.state.stage.voice !== "pushed") return;
    store.dispatch({ type: "stage", act: { do: "voice", voice: "" } });
    acts.microphone(false);
  };
  const push = (event: KeyboardEvent) => {
    event.preventDefault(); // a button that was clicked would take it as another click
    if (event.repeat || store.state.microphone.on) return;
    if (!store.state.host.maySpeak) return acts.microphone(true); // which says why not
    store.dispatch({ type: "stage", act: { do: "voice", voice: "pushed" } });
    acts.microphone(true);
  };
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" || event.key.startsWith("Arrow")) byKeys = true;
      if (event.defaultPrevented || !store.state.stage.keys) return;
      const where = store.state.connection === "elsewhere" ? "away" : whereIs(event.target, byKeys);
      const meaning = meaningOf(event, where, isAside(event.target));
      if (meaning?.do === "push") push(event);
      else if (meaning && run(ui, meaning)) event.preventDefault();
    },
    options,
  );
  document.addEventListener(
    "keyup",
    (event) => {
      if (event.key !== " ") return;
      if (store.state.stage.keys && whereIs(event.target, byKeys) === "page") event.preventDefault();
      release();
    },
    options,
  );
  window.addEventListener("blur", release, options);
  document.addEventListener("visibilitychange", release, options);
}

/** Does what a press means; false when there is nothing to do. */
function run({ store, acts }: Ui, meaning: NonNullable<Meaning>): boolean {
  const { stage } = store.state;
  switch (meaning.do) {
    case "sheet":
      acts.sheet(!stage.sheet);
      return true;
    case "full":
      acts.full();
      return true;
    case "layout": {
      const next = layouts[(layouts.indexOf(stage.layout) + 1) % layouts.length];
      if (next) acts.choose({ layout: next });
      return true;
    }
    case "connection":
      store.dispatch({ type: "quality", act: { do: "open", open: !store.state.quality.open } });
      return true;
    case "back":
    case "on": {
      const page = turned(store.state, meaning.do === "on" ? 1 : -1);
      if (page === null) return false;
      store.dispatch({ type: "page", page });
      return true;
    }
    case "press":
      return press(meaning.key);
    default:
      return false;
  }
}

function press(key: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(`.m-bar [data-key="${key}"]`);
  if (!button || button.closest("[hidden]") !== null) return false;
  button.click();
  return true;
}

const textual = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]:not([contenteditable=false])";

const isAside = (target: EventTarget | null): boolean => target instanceof Element && target.closest("aside, .m-door") !== null;

function whereIs(target: EventTarget | null, byKeys: boolean): Where {
  if (!(target instanceof Element)) return "page";
  if (target.closest(textual)) return "typing";
  if (target.closest("[role=menu], [role=dialog], [role=alertdialog], dialog")) return "menu";
  const acts = target.closest("button, a[href], summary, input, [role=button], [tabindex='0']");
  return acts && byKeys ? "button" : "page";
}

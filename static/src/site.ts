// Small comforts for the pages. Everything works without this script; nothing here decides anything.
import { rateCalls } from "./rating.ts";

/** Runs `act` for every element that matches. */
function each<E extends HTMLElement>(selector: string, act: (element: E) => void): void {
  document.querySelectorAll<E>(selector).forEach(act);
}

/** Puts text on the clipboard, also where the page is not served over a secure address. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  area.readOnly = true;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** A place whose changes screen readers say aloud. */
function liveRegion(): HTMLElement {
  const region = document.createElement("p");
  region.className = "sr-only";
  region.setAttribute("role", "status");
  document.body.append(region);
  return region;
}

/** "Copy link": the button says that it worked and then goes back to its word; screen readers hear it once. */
function copyButtons(): void {
  let region: HTMLElement | undefined;
  each<HTMLButtonElement>("[data-copy]", (button) => {
    const word = button.querySelector<HTMLElement>("[data-word]");
    if (!word) return;
    const before = word.textContent;
    let timer = 0;
    button.addEventListener("click", async () => {
      const done = await copyText(button.dataset["copy"] ?? "");
      region ??= liveRegion();
      word.textContent = (done ? button.dataset["done"] : button.dataset["failed"]) ?? before;
      region.textContent = word.textContent;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        word.textContent = before;
        if (region) region.textContent = "";
      }, 2500);
    });
  });
}

/** The eye in a password field. */
function passwordEyes(): void {
  each<HTMLButtonElement>("[data-eye]", (button) => {
    const input = document.getElementById(button.getAttribute("aria-controls") ?? "");
    if (!(input instanceof HTMLInputElement)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.setAttribute("aria-label", (shown ? button.dataset["hide"] : button.dataset["show"]) ?? "");
    });
    // A shown password goes out as a password, so that browsers do not keep it as a text they may suggest.
    input.form?.addEventListener("submit", () => (input.type = "password"));
  });
}

/** A form is sent once, however often its button is pressed. Coming back to the page makes it ready again. */
function sendOnce(): void {
  each<HTMLFormElement>("form[data-once]", (form) => {
    if (form.dataset["guarded"]) return;
    form.dataset["guarded"] = "yes";
    const button = form.querySelector<HTMLButtonElement>("button:not([type=button])");
    form.addEventListener("submit", (event) => {
      if (form.dataset["sent"]) {
        event.preventDefault();
        return;
      }
      form.dataset["sent"] = "yes";
      button?.setAttribute("data-busy", "");
    });
    window.addEventListener("pageshow", () => {
      delete form.dataset["sent"];
      button?.removeAttribute("data-busy");
    });
  });
}

/** Messages that can be closed. */
function notices(): void {
  each<HTMLButtonElement>("[data-dismiss]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => button.closest(".notice")?.remove());
  });
}

/** Whether this browser knows a time zone by that name: an old one may lack a new one. */
function knownZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Times in the zone that the reader chose, or their own, and in their language. */
function localTimes(): void {
  const styles: Record<string, Intl.DateTimeFormatOptions> = {
    time: { hour: "numeric", minute: "2-digit" },
    date: { day: "numeric", month: "long" },
    moment: { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
  };
  const chosen = document.body.dataset["zone"];
  const zone: Intl.DateTimeFormatOptions = chosen && knownZone(chosen) ? { timeZone: chosen } : {};
  const yearOf = (at: Date) => new Intl.DateTimeFormat("en", { year: "numeric", ...zone }).format(at);
  each<HTMLTimeElement>("time[data-local]", (element) => {
    const style = styles[element.dataset["local"] ?? ""];
    const at = new Date(element.dateTime);
    if (!style || Number.isNaN(at.getTime())) return;
    const year: Intl.DateTimeFormatOptions = style.day && yearOf(at) !== yearOf(new Date()) ? { year: "numeric" } : {};
    element.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { ...style, ...year, ...zone }).format(at);
    element.title = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "short", ...zone }).format(at);
  });
}

/** Lists that are filtered by day need to know whose days: who has chosen no time zone gets the browser's, from the next page on. */
function tellZone(): void {
  if (document.body.dataset["zone"] !== "") return;
  const told = `parley_zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  if (document.cookie.split("; ").includes(told)) return;
  document.cookie = `${told}; Path=/; Max-Age=31536000; SameSite=Lax${window.location.protocol === "https:" ? "; Secure" : ""}`;
}

/** A tab that was opened from the meeting can close itself. */
function closeTab(): void {
  if (!window.opener) return;
  each<HTMLButtonElement>("[data-close-tab]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.close());
  });
}

/** A part of the page about work that is under way: it is fetched anew until the work is done, which screen readers hear. */
function polledParts(): void {
  each<HTMLElement>("[data-poll]", (part) => void keepFresh(part));
}

async function keepFresh(part: HTMLElement): Promise<void> {
  const region = liveRegion();
  let now = part;
  while (now.hasAttribute("data-poll") && now.isConnected) {
    await new Promise((resolve) => window.setTimeout(resolve, 1500));
    const next = await fetchPart(now.id);
    if (!next) continue; // the network, or the session: the page says so when it is opened again
    now.replaceWith(next);
    now = next;
    afresh();
  }
  region.textContent = now.dataset["polled"] ?? "";
}

/** The same part of this page as it is now. */
async function fetchPart(id: string): Promise<HTMLElement | null> {
  try {
    const answer = await fetch(window.location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  } catch {
    return null;
  }
}

/** What parts that came later need as well. */
function afresh(): void {
  sendOnce();
  localTimes();
}

copyButtons();
passwordEyes();
sendOnce();
notices();
localTimes();
tellZone();
closeTab();
polledParts();
rateCalls();

import { h, setAttr } from "../dom.ts";
import { icon } from "../icons.ts";
import type { State } from "../state.ts";
import { leads } from "../state/host.ts";
import type { Ui } from "../ui.ts";
import { BarButton } from "./barbutton.ts";
import { giveBack } from "./focus.ts";
import type { HostPanel } from "./host/panel.ts";

/** The place of the host's tools beside the stage. What is in it is loaded when it is opened for the first time. */
export class HostTools {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #close: HTMLButtonElement;
  readonly #inside = h("div", { class: "m-host-inside" });
  #panel: HostPanel | null = null;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, store } = ui;
    const close = () => store.dispatch({ type: "toggleHost" });
    this.#close = h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.hosting.close") }, on: { click: close } }, icon("close", 18));
    this.element = h(
      "aside",
      { class: "m-people m-host", attrs: { "aria-label": t("meeting.host_tools") } },
      h("header", { class: "m-people-head" }, h("h2", { text: t("meeting.host_tools") }), this.#close),
      this.#inside,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    store.subscribe((now, before) => this.#render(now, before));
  }

  #render(now: State, before: State): void {
    const { open } = now.host;
    if (open && !leads(now.host, this.#ui.meeting.identity)) return this.#ui.store.dispatch({ type: "toggleHost" });
    this.element.hidden = !open;
    if (open && !before.host.open) {
      this.#close.focus();
      void this.#load();
    }
    const another = now.peopleOpen || now.reactOpen || now.chat.open || now.quality.open;
    if (!open && before.host.open && !another) giveBack(".m-btn-host");
  }

  async #load(): Promise<void> {
    const { t } = this.#ui;
    if (this.#panel) return this.#panel.opened();
    this.#inside.replaceChildren(h("p", { class: "m-react-wait", text: t("meeting.hosting.loading"), attrs: { role: "status" } }));
    setAttr(this.#inside, "aria-busy", "true");
    try {
      const { HostPanel } = await import("./host/panel.ts");
      this.#panel ??= new HostPanel(this.#ui);
      this.#inside.replaceChildren(this.#panel.element);
      this.#panel.opened();
    } catch {
      const again = h("button", { class: "btn btn-small", text: t("meeting.hosting.again"), attrs: { type: "button" }, on: { click: () => void this.#load() } });
      this.#inside.replaceChildren(h("div", { class: "m-react-wait" }, h("p", { text: t("meeting.hosting.unloaded"), attrs: { role: "alert" } }), again));
    }
    setAttr(this.#inside, "aria-busy", null);
  }
}

/** The button of the bar, for those who lead. */
export function hostButton({ t, store, meeting }: Ui): HTMLButtonElement {
  const button = new BarButton(() => store.dispatch({ type: "toggleHost" }), { name: "m-btn-host", folds: true });
  button.set(t("meeting.host_tools"), "host");
  store.subscribe(({ host }) => {
    button.element.hidden = !leads(host, meeting.identity);
    setAttr(button.element, "aria-expanded", String(host.open));
    button.element.classList.toggle("is-open", host.open);
  });
  return button.element;
}

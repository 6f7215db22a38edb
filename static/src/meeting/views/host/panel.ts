// What is in the panel of those who lead: a script of its own, loaded when the panel is opened for the first time.
import { h, setText } from "../../dom.ts";
import { type IconName, icon } from "../../icons.ts";
import type { State } from "../../state.ts";
import { type HostState, type Rule, rules } from "../../state/host.ts";
import type { Ui } from "../../ui.ts";
import { endAsked } from "../ending.ts";
import { BanList } from "./bans.ts";

const ruleIcons: Record<Rule, IconName> = { share: "share", chat: "chat", unmute: "mic", rename: "edit" };

interface Switch {
  element: HTMLElement;
  render(host: HostState): void;
}

export class HostPanel {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #who = h("p", { class: "m-host-who" });
  readonly #done = h("p", { class: "sr-only", attrs: { role: "status" } });
  readonly #switches: Switch[];
  readonly #mute: HTMLButtonElement;
  readonly #lower: HTMLButtonElement;
  readonly #bans: BanList;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { t, acts } = ui;
    const lock = this.#switch("lock", t("meeting.hosting.lock"), (host) => host.locked, (on) => acts.lead("lock", { on }));
    const allowed = rules.map((rule) =>
      this.#switch(ruleIcons[rule], t(`meeting.hosting.may.${rule}`), (host) => host.may[rule], (on) => acts.lead("rules", { [rule]: on })),
    );
    this.#switches = [lock, ...allowed];
    this.#mute = this.#button("mic-off", t("meeting.hosting.mute_all"), () => acts.lead("mute"), t("meeting.hosting.muted_all"));
    this.#lower = this.#button("hand", t("meeting.hosting.lower_all"), () => acts.lead("lower"), t("meeting.hosting.lowered_all"));
    this.#bans = new BanList(ui);
    const end = h("button", { class: "btn btn-danger btn-wide m-host-end", attrs: { type: "button" }, on: { click: () => void endAsked(ui) } }, icon("end-for-all", 18), t("meeting.end_for_all"));
    this.element = h(
      "div",
      { class: "m-host-parts" },
      this.#who,
      h("section", {}, lock.element, h("p", { class: "m-host-means", text: t("meeting.hosting.lock_means") })),
      h("section", { attrs: { "aria-labelledby": "host-may" } }, h("h3", { text: t("meeting.hosting.may.title"), attrs: { id: "host-may" } }), ...allowed.map((s) => s.element)),
      h("section", {}, this.#mute, this.#lower),
      this.#bans.element,
      end,
      this.#done,
    );
    ui.store.subscribe((now, before) => this.#render(now, before));
  }

  /** The panel is there again: what no packet tells is read anew. */
  opened(): void {
    this.#bans.opened();
  }

  #render(now: State, before: State): void {
    if (!now.host.open || (now.host === before.host && now.people === before.people && now !== before)) return;
    for (const one of this.#switches) one.render(now.host);
    setText(this.#who, this.#leaders(now));
    this.#mute.disabled = now.people.length < 2;
    this.#lower.hidden = now.host.hands.length === 0;
    if (now.host.rev !== before.host.rev && before.host.open) void this.#bans.read();
  }

  /** Who else can use these tools. */
  #leaders({ host, people }: State): string {
    const { t, meeting } = this.#ui;
    const names = people.filter((p) => !p.self && (p.identity === host.host || host.cohosts.includes(p.identity))).map((p) => p.name);
    const key = host.host === meeting.identity ? "host" : "cohost";
    if (names.length === 0) return t(`meeting.hosting.you.${key}`);
    const all = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(names);
    return `${t(`meeting.hosting.you.${key}`)} ${t("meeting.hosting.you.others", { names: all })}`;
  }

  #switch(name: IconName, word: string, is: (host: HostState) => boolean, turn: (on: string) => Promise<boolean>): Switch {
    const { store } = this.#ui;
    const input = h("input", { attrs: { type: "checkbox", role: "switch" } });
    let asked = 0;
    // While the server is asked, the switch stands as it was pressed: news of something else does not move it.
    input.addEventListener("change", () => {
      const question = ++asked;
      void turn(input.checked ? "yes" : "no").then(() => {
        if (question !== asked) return;
        asked = 0;
        input.checked = is(store.state.host);
      });
    });
    const element = h("label", { class: "m-host-row" }, icon(name, 18), h("span", { text: word }), h("span", { class: "check switch" }, input));
    return {
      element,
      render: (host) => {
        if (asked === 0) input.checked = is(host);
      },
    };
  }

  #button(name: IconName, word: string, act: () => Promise<boolean>, said: string): HTMLButtonElement {
    const run = async () => {
      setText(this.#done, "");
      if (await act()) setText(this.#done, said);
    };
    return h("button", { class: "m-host-row m-host-act", attrs: { type: "button" }, on: { click: () => void run() } }, icon(name, 18), h("span", { text: word }));
  }
}

// Whom the room keeps out, and the way back in for them.
import { h, initials, setText } from "../../dom.ts";
import type { Ban } from "../../session/host.ts";
import type { Ui } from "../../ui.ts";
import { takeOut } from "../focus.ts";
import { toneOf } from "../tile.ts";

export class BanList {
  readonly element: HTMLElement;
  readonly #ui: Ui;
  readonly #list = h("ul", { class: "m-host-bans" });
  readonly #said = h("p", { class: "m-host-means", attrs: { role: "status", tabindex: "-1" } });
  #asked = 0;

  constructor(ui: Ui) {
    this.#ui = ui;
    this.element = h("section", { attrs: { "aria-labelledby": "host-bans" } }, h("h3", { text: ui.t("meeting.hosting.bans.title"), attrs: { id: "host-bans" } }), this.#list, this.#said);
    this.element.hidden = true;
  }

  /** The panel is there again: what was said is old. */
  opened(): void {
    setText(this.#said, "");
    void this.read();
  }

  /** Reads the list anew. Of answers that overtake each other the newest question counts. */
  async read(): Promise<void> {
    const asked = ++this.#asked;
    const found = await this.#ui.acts.host.bans();
    if (asked !== this.#asked || found === null) return;
    const shown = new Map([...this.#list.children].map((row) => [(row as HTMLElement).dataset["ban"], row]));
    // A row that stays is left where it is: a button that is replaced between press and release gets no click.
    for (const [id, row] of shown) if (!found.some((ban) => ban.id === id)) takeOut(row, () => this.#said.focus());
    for (const ban of found) if (!shown.has(ban.id)) this.#list.append(this.#row(ban));
    this.#list.hidden = found.length === 0;
    this.element.hidden = found.length === 0 && this.#said.textContent === "";
  }

  #row(ban: Ban): HTMLElement {
    const { t } = this.#ui;
    const name = ban.name || t("meeting.hosting.bans.nameless");
    const button = h("button", {
      class: "btn btn-small",
      text: t("meeting.hosting.bans.undo"),
      attrs: { type: "button", "aria-label": t("meeting.hosting.bans.undo_named", { name }) },
      on: { click: () => void this.#undo(ban, name) },
    });
    const row = h(
      "li",
      {},
      h("span", { class: `avatar ${toneOf(name)}`, text: initials(name), attrs: { "aria-hidden": "true" } }),
      h("span", { class: "ellipsis", text: name, attrs: { dir: "auto", title: name } }),
      button,
    );
    row.dataset["ban"] = ban.id;
    return row;
  }

  async #undo(ban: Ban, name: string): Promise<void> {
    const { t, acts } = this.#ui;
    const wrong = await acts.host.unban(ban.id);
    setText(this.#said, wrong === null ? t("meeting.hosting.bans.undone", { name }) : wrong || t("meeting.hosting.failed"));
    await this.read();
  }
}

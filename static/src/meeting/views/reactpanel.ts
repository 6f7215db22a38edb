// What is in the React panel: a script of its own, loaded when the panel is opened for the first time.
import { h, setText } from "../dom.ts";
import { icon } from "../icons.ts";
import { type Item, type Pack, readPanel, sendSticker } from "../session/stickers.ts";
import type { Ui } from "../ui.ts";

/** Fills the panel with what one can send now: read anew each time, since a pack may have been bought in another tab. */
export async function fillReact(inside: HTMLElement, ui: Ui, again: () => void): Promise<void> {
  const { t, meeting, store } = ui;
  const panel = await readPanel(meeting);
  if (!panel) {
    const retry = h("button", { class: "btn btn-small", text: t("meeting.react.again"), attrs: { type: "button" }, on: { click: again } });
    inside.replaceChildren(h("div", { class: "m-react-wait" }, h("p", { text: t("meeting.react.unloaded"), attrs: { role: "alert" } }), retry));
    return;
  }
  const fault = h("p", { class: "m-react-fault", attrs: { role: "alert" } });
  const send = async (item: Item) => {
    const wrong = await sendSticker(meeting, item);
    setText(fault, wrong === null ? "" : wrong || t("meeting.react.failed"));
  };
  const [mine, others] = [panel.packs.filter((p) => p.mine), panel.packs.filter((p) => !p.mine)];
  inside.replaceChildren(
    ...(store.state.encryption === "none" ? [] : [h("p", { class: "m-react-clear", text: t("meeting.react.clear") })]),
    fault,
    group(t("meeting.react.reactions"), panel.reactions, send),
    ...(panel.emoji.length > 0 ? [group(t("meeting.react.emoji"), panel.emoji, send)] : []),
    ...mine.map((pack) => group(pack.name, pack.stickers, send)),
    ...others.map((pack) => locked(pack, panel.shop, ui)),
  );
}

/** Things of one kind: one stop of the tab key, the arrow keys go on from there. */
export function group(title: string, items: readonly Item[], send: (item: Item) => Promise<void>): HTMLElement {
  const buttons = items.map((item, i) =>
    h(
      "button",
      {
        class: `m-react-item is-${item.kind}`,
        attrs: { type: "button", "aria-label": item.alt, title: item.alt, tabindex: i === 0 ? "0" : "-1" },
        on: { click: () => void send(item) },
      },
      item.src ? h("img", { attrs: { src: item.src, alt: "", loading: "lazy" } }) : h("span", { text: item.symbol ?? "", attrs: { "aria-hidden": "true" } }),
    ),
  );
  const grid = h("div", { class: "m-react-grid", attrs: { role: "group", "aria-label": title } }, ...buttons);
  grid.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((b) => b === document.activeElement);
    const next = buttons[at + stepOf(event.key, grid, buttons)];
    if (at < 0 || !next || next === buttons[at]) return;
    event.preventDefault();
    buttons.forEach((b) => (b.tabIndex = b === next ? 0 : -1));
    next.focus();
  });
  return h("section", { class: "m-react-group" }, h("h3", { text: title }), grid);
}

/** How far an arrow key goes; rows are as long as they are drawn. */
function stepOf(key: string, grid: HTMLElement, buttons: readonly HTMLElement[]): number {
  const back = getComputedStyle(grid).direction === "rtl" ? 1 : -1;
  if (key === "ArrowLeft") return back;
  if (key === "ArrowRight") return -back;
  if (key !== "ArrowUp" && key !== "ArrowDown") return 0;
  const first = buttons[0]?.offsetTop ?? 0;
  const row = buttons.filter((b) => b.offsetTop === first).length;
  return key === "ArrowDown" ? row : -row;
}

/** A pack that can be bought: what is in it, and the way to the shop. */
function locked(pack: Pack, shop: string, { t }: Ui): HTMLElement {
  const words = t("meeting.react.shop_named", { pack: pack.name, price: pack.price });
  return h(
    "section",
    { class: "m-react-group is-locked" },
    h("h3", {}, icon("lock", 14), pack.name, h("span", { class: "sr-only", text: t("meeting.react.locked") }), h("span", { class: "m-react-price", text: pack.price })),
    h("div", { class: "m-react-grid" }, ...pack.stickers.slice(0, 4).map((s) => h("img", { attrs: { src: s.src ?? "", alt: s.alt, loading: "lazy" } }))),
    h("a", { class: "btn btn-small", text: t("meeting.react.shop"), attrs: { href: shop, target: "_blank", rel: "noopener", "aria-label": words } }),
  );
}

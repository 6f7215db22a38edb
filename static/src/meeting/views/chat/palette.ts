// What is in the emoji picker: a script of its own, loaded when it is opened for the first time.
import { Building2, Clock, Coffee, Flag, Hand, Heart, Leaf, Lightbulb, Plane, Smile, Sticker, Trophy } from "lucide-static";
import { h, setText } from "../../dom.ts";
import { loadEmoji } from "../../emoji/data.ts";
import { type Emoji, type Group, type Tone, toned, tones, used } from "../../emoji/list.ts";
import { find } from "../../emoji/search.ts";
import { icon } from "../../icons.ts";
import { recallEmoji, rememberEmoji, rememberTone } from "../../remember.ts";
import type { Item, Panel } from "../../session/stickers.ts";
import type { Ui } from "../../ui.ts";
import { composing } from "../composing.ts";
import { keptTone } from "./names.ts";
import { type Part, Sections } from "./sections.ts";
import type { Pick } from "./picker.ts";

/** Found ones that are shown. */
const most = 160;
const icons = { own: Building2, recent: Clock, smileys: Smile, people: Hand, nature: Leaf, food: Coffee, travel: Plane, activities: Trophy, objects: Lightbulb, symbols: Heart, flags: Flag, pack: Sticker };

export interface Filled {
  parts: HTMLElement[];
  /** The parts are in the page. */
  begin(): void;
}

/** Draws what can be picked: the organization's own, what was used last, Unicode's emoji, and for a message the stickers one has. */
export async function palette(ui: Ui, panel: Panel | null, stickers: boolean, pick: Pick, close: () => void): Promise<Filled> {
  const { t } = ui;
  const groups = await loadEmoji(document.documentElement.lang || "en");
  await new Promise((go) => setTimeout(go)); // reading the list and drawing it are two tasks
  let tone: Tone = stickers ? keptTone() : 0; // reactions of all tones are counted together
  const own = panel?.emoji ?? [];
  const packs = stickers ? (panel?.packs ?? []).filter((pack) => pack.mine) : [];
  const all = groups.flatMap((group) => group.emoji);
  const asItem = (emoji: Emoji): Item => ({ kind: "symbol", name: emoji.symbol, symbol: toned(emoji, tone), alt: emoji.name });
  const chosen = (item: Item, more: boolean) => {
    const key = item.kind === "symbol" ? item.name : item.kind === "reaction" ? (item.symbol ?? "") : item.kind === "emoji" ? item.alt : "";
    if (key !== "") rememberEmoji(used(recallEmoji(), key));
    pick(item, more);
  };

  const parts = (): Part[] => [
    { key: "own", title: t("meeting.emoji.own"), icon: icons.own, items: own },
    { key: "recent", title: t("meeting.emoji.recent"), icon: icons.recent, items: recent(all, own, panel).map((one) => ("words" in one ? asItem(one) : one)) },
    ...groups.map(({ name, emoji }: Group): Part => ({ key: name, title: t(`meeting.emoji.${name}`), icon: icons[name], items: emoji.map(asItem) })),
    ...packs.map((pack, i): Part => ({ key: `pack-${i}`, title: pack.name, icon: i === 0 ? icons.pack : "", button: t("meeting.emoji.packs"), items: pack.stickers, large: true })),
  ];
  const search = h("input", { attrs: { type: "search", id: "emoji-search", placeholder: t("meeting.emoji.search"), autocomplete: "off", enterkeyhint: "search", maxlength: "60" } });
  const said = h("p", { class: "sr-only", attrs: { role: "status" } });
  const none = h("p", { class: "m-emoji-none", text: t("meeting.emoji.none") });
  none.hidden = true;
  const sections = new Sections(t("meeting.emoji.groups"), chosen, () => search.focus());
  const named = (items: readonly Item[], words: string) => items.filter((item) => item.alt.toLocaleLowerCase().includes(words));
  const look = () => {
    const words = search.value.trim().toLocaleLowerCase();
    const found = words === "" ? null : [...named(own, words), ...find(all, words, most).map(asItem), ...named(packs.flatMap((pack) => pack.stickers), words)];
    sections.show(found ? [{ key: "found", title: "", icon: "", items: found }] : parts());
    none.hidden = found === null || found.length > 0;
    setText(said, found === null ? "" : found.length === 0 ? t("meeting.emoji.none") : t.count("meeting.emoji.found", found.length));
  };
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      sections.focus();
    }
    if (event.key !== "Enter" || composing(event)) return;
    event.preventDefault();
    if (search.value.trim() !== "") sections.pickFirst(event.shiftKey);
  });
  const skin = toneChoice(ui, tone, (next) => {
    tone = next;
    rememberTone(next);
    look();
  });
  const head = h(
    "div",
    { class: "m-emoji-head" },
    h("label", { class: "sr-only", text: t("meeting.emoji.search"), attrs: { for: "emoji-search" } }),
    search,
    ...(stickers ? [skin] : []),
    h("button", { class: "m-round", attrs: { type: "button", "aria-label": t("meeting.chat.close") }, on: { click: close } }, icon("close", 16)),
  );
  const less = panel ? null : h("p", { class: "m-emoji-less", text: t("meeting.emoji.less"), attrs: { role: "alert" } });
  const begin = () => {
    look();
    if (matchMedia("(pointer: coarse)").matches) sections.focus(); // a keyboard on the screen would lie over it all
    else search.focus();
  };
  return { parts: [head, sections.nav, ...(less ? [less] : []), none, sections.element, said], begin };
}

/** What was used last; where nothing was, the reactions that everybody has. */
function recent(all: readonly Emoji[], own: readonly Item[], panel: Panel | null): (Emoji | Item)[] {
  const kept = recallEmoji();
  const keys = kept.length > 0 ? kept : (panel?.reactions ?? []).map((one) => one.symbol ?? "");
  return keys.map((key) => own.find((one) => one.alt === key) ?? all.find((one) => one.symbol === key)).filter((one) => one !== undefined);
}

/** Shows the hand alone, in the tone that is chosen; the words stand in the list. */
function toneChoice({ t }: Ui, now: Tone, choose: (tone: Tone) => void): HTMLElement {
  const hand = { symbol: "✋", tone: true };
  const shown = h("span", { text: toned(hand, now), attrs: { "aria-hidden": "true" } });
  const select = h("select", { attrs: { "aria-label": t("meeting.emoji.tone"), title: t("meeting.emoji.tone") } });
  for (const tone of tones) select.append(h("option", { text: `${toned(hand, tone)} ${t(`meeting.emoji.tone_${tone}`)}`, attrs: { value: String(tone) } }));
  select.value = String(now);
  select.addEventListener("change", () => {
    const tone = tones.find((one) => String(one) === select.value) ?? 0;
    setText(shown, toned(hand, tone));
    choose(tone);
  });
  return h("span", { class: "m-emoji-tone" }, shown, select);
}

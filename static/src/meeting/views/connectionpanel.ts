// What is in the panel about one's connection: sentences, what one can do, and numbers. Loaded when it is opened.
import { h, setText } from "../dom.ts";
import { type IconName, icon, setIcon } from "../icons.ts";
import type { Figures, PictureFigures } from "../session/figures.ts";
import type { State } from "../state.ts";
import { levelOf } from "../state/quality.ts";
import { type Known, type Sentence, sentences } from "../state/sentences.ts";
import type { Texts } from "../texts.ts";
import type { Ui } from "../ui.ts";

const icons: Record<Sentence["tone"], IconName> = { good: "check", plain: "info", warn: "warning", bad: "alert" };

/** Fills the panel, and gives what draws it anew. */
export function fillConnection(inside: HTMLElement, ui: Ui): (state: State) => void {
  const { t, acts } = ui;
  const list = h("ul", { class: "m-quality-said", attrs: { "aria-label": t("meeting.quality.now") } });
  const sound = h("input", { attrs: { type: "checkbox" }, on: { change: () => acts.soundOnly(sound.checked) } });
  const spares = h("input", { attrs: { type: "checkbox" }, on: { change: () => acts.spare(spares.checked) } });
  const numbers = h("dl", { class: "m-quality-numbers" });
  const report = h("button", { class: "btn btn-small", attrs: { type: "button" }, on: { click: () => acts.report() } }, icon("report", 16), t("meeting.more.report"));
  inside.replaceChildren(
    list,
    h("section", { class: "m-quality-do" }, toggle(sound, "sound_only", t), toggle(spares, "spare", t)),
    h("details", { class: "m-quality-more" }, h("summary", { text: t("meeting.quality.numbers") }), numbers, report),
  );
  return (state) => {
    say(list, sentences(knownOf(state)), t);
    sound.checked = state.stage.soundOnly;
    spares.checked = state.quality.spares;
    count(numbers, state.quality.figures, t);
  };
}

const toggle = (box: HTMLInputElement, name: string, t: Texts): HTMLElement =>
  h("label", {}, box, h("span", {}, h("b", { text: t(`meeting.quality.${name}`) }), h("small", { text: t(`meeting.quality.${name}_means`) })));

function knownOf(state: State): Known {
  const { quality, people, stage, connection, camera } = state;
  const me = people.find((p) => p.self);
  return {
    line: connection,
    own: me ? levelOf(quality, me.identity) : "good",
    others: people.filter((p) => !p.self).map((p) => ({ name: p.name, level: levelOf(quality, p.identity), picture: p.video !== null })),
    figures: quality.figures,
    step: quality.governor.step,
    soundOnly: stage.soundOnly,
    camera: camera.on,
  };
}

/** One row for each sentence; a row that says the same is left alone. */
function say(list: HTMLElement, all: readonly Sentence[], t: Texts): void {
  all.forEach(({ key, holes, count, tone }, i) => {
    const row = (list.children[i] as HTMLElement | undefined) ?? list.appendChild(h("li", {}, h("span", { class: "m-quality-icon" }), h("p")));
    const [mark, words] = [row.firstElementChild, row.lastElementChild];
    row.dataset["tone"] = tone;
    if (mark) setIcon(mark, icons[tone], 18);
    const name = `meeting.quality.say.${key}`;
    if (words) setText(words, count === undefined ? t(name, holes) : t.count(name, count, holes));
  });
  while (list.children.length > all.length) list.lastElementChild?.remove();
}

function count(numbers: HTMLElement, f: Figures | null, t: Texts): void {
  const unknown = t("meeting.quality.number.unknown");
  const share = (n: number | null) => (n === null ? unknown : new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 }).format(n));
  const rate = (n: number) => t("meeting.quality.number.rate", { n: new Intl.NumberFormat(document.documentElement.lang).format(n) });
  const pictures = (all: readonly PictureFigures[]) => all.map((p) => t("meeting.quality.number.picture", { width: p.width, height: p.height, n: p.framesPerSecond }));
  const rows: Record<string, string[]> = {
    trip: [f?.roundTrip == null ? unknown : t("meeting.quality.number.ms", { n: f.roundTrip })],
    loss_up: [share(f?.lossUp ?? null)],
    loss_down: [share(f?.lossDown ?? null)],
    up: [f ? rate(f.up) : unknown],
    down: [f ? rate(f.down) : unknown],
    way: [f?.way ? t(`meeting.quality.number.${f.way}`) : unknown],
    codec: [f && f.codecs.length > 0 ? f.codecs.join(", ") : unknown],
    sent: f && f.sent.length > 0 ? pictures(f.sent) : [t("meeting.quality.number.none")],
    received: f && f.received.length > 0 ? grouped(pictures(f.received)) : [t("meeting.quality.number.none")],
  };
  for (const [name, values] of Object.entries(rows)) {
    const row = numbers.querySelector<HTMLElement>(`[data-number="${name}"]`) ?? numbers.appendChild(h("div", { attrs: { "data-number": name } }, h("dt", { text: t(`meeting.quality.number.${name}`) }), h("dd")));
    const value = row.lastElementChild;
    if (value) setText(value, values.join("\n"));
  }
}

/** Twenty pictures of one size are one line. */
function grouped(lines: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  return [...times].map(([line, n]) => (n === 1 ? line : `${n} × ${line}`));
}

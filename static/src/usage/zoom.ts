// One chart of the usage page, opened: drag, buttons and keys choose the days that it shows. uPlot draws; which days are shown is range.ts.
import uPlot from "uplot";
import type { Usage } from "./main.ts";
import { isWhole, type Step, stepOf, stepped, type View, whole } from "./range.ts";

/** An open chart. */
export interface Zoomed {
  close(): void;
}

const height = 260;

interface Parts {
  stage: HTMLElement;
  range: HTMLElement;
  value: HTMLElement;
  says: HTMLElement;
  all: HTMLButtonElement;
}

const filled = (text: string, holes: Record<string, string>): string => text.replace(/\{(\w+)\}/g, (hole, name: string) => holes[name] ?? hole);

/** A round number that is not below the highest value, and whose half is whole: as the server draws. */
function topOf(most: number): number {
  for (let unit = 1; ; unit *= 10) for (const n of [2, 4, 6, 8]) if (n * unit >= most) return n * unit;
}

class Chart implements Zoomed {
  readonly #parts: Parts;
  readonly #usage: Usage;
  readonly #values: readonly number[];
  readonly #number: Intl.NumberFormat;
  readonly #ended = new AbortController();
  readonly #sizes: ResizeObserver;
  readonly #plot: uPlot;
  #view: View;

  constructor(panel: HTMLElement, parts: Parts, usage: Usage, values: readonly number[]) {
    this.#parts = parts;
    this.#usage = usage;
    this.#values = values;
    this.#number = new Intl.NumberFormat(usage.lang);
    this.#view = whole(values.length);
    this.#plot = new uPlot(this.#options(), [values.map((_, i) => i), [...values]], parts.stage);
    this.#sizes = new ResizeObserver(() => this.#plot.setSize({ width: parts.stage.clientWidth, height }));
    this.#sizes.observe(parts.stage);
    const signal = this.#ended.signal;
    parts.stage.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#plot.over.addEventListener("pointerdown", (event) => this.#drag(event), { signal });
    this.#plot.over.addEventListener("pointermove", (event) => this.#hover(event), { signal });
    this.#plot.over.addEventListener("dblclick", () => this.#do({ kind: "all" }), { signal });
    for (const button of panel.querySelectorAll<HTMLButtonElement>("[data-step]")) {
      const kind = button.dataset["step"] as "all" | "closer" | "wider";
      button.addEventListener("click", () => this.#do({ kind }), { signal });
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot.redraw(false), { signal });
    this.#show();
    parts.stage.focus();
  }

  close(): void {
    this.#ended.abort();
    this.#sizes.disconnect();
    this.#plot.destroy();
  }

  /** Colours are those of the page at the moment of drawing, so that dark mode reaches a chart that is open. */
  #options(): uPlot.Options {
    const { stage } = this.#parts;
    const style = getComputedStyle(stage);
    const token = (name: string) => (): string => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = { stroke: token("--ink-3"), font, ticks: { show: false }, grid: { stroke: token("--line"), width: 1 } };
    return {
      width: stage.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, bind: { mousemove: () => null, mouseleave: () => null, mousedown: () => null, mouseup: () => null, dblclick: () => null } },
      scales: { x: { time: false, auto: false, range: () => [this.#view.first - 0.5, this.#view.last + 0.5] }, y: { range: () => [0, this.#top()] } },
      axes: [
        { ...axis, size: 34, grid: { show: false }, splits: () => this.#labelled(), values: (_, at) => at.map((i) => this.#usage.days[i] ?? "") },
        { ...axis, size: 56, splits: () => [0, this.#top() / 2, this.#top()], values: (_, at) => at.map((n) => this.#number.format(n)) },
      ],
      series: [{}, { fill: () => style.color, width: 0, points: { show: false }, paths: uPlot.paths.bars?.({ size: [0.8, 64], align: 0 }) ?? null }],
    } as uPlot.Options;
  }

  #top(): number {
    return topOf(Math.max(2, ...this.#values.slice(this.#view.first, this.#view.last + 1)));
  }

  /** As many days as there is room for, evenly. */
  #labelled(): number[] {
    const { first, last } = this.#view;
    const most = Math.max(2, Math.floor((this.#parts.stage.clientWidth - 56) / 110));
    const every = Math.max(1, Math.ceil((last - first + 1) / most));
    const out: number[] = [];
    for (let i = first + Math.floor(every / 2); i <= last; i += every) out.push(i);
    return out;
  }

  #do(step: Step, spoken = true): void {
    this.#view = stepped(this.#view, step);
    this.#show();
    if (spoken) this.#parts.says.textContent = `${this.#parts.value.textContent ?? ""} ${step.kind === "left" || step.kind === "right" ? "" : (this.#parts.range.textContent ?? "")}`.trim();
  }

  #show(): void {
    const { first, last, at } = this.#view;
    const { days, texts } = this.#usage;
    this.#plot.batch(() => {
      this.#plot.setScale("x", { min: first - 0.5, max: last + 0.5 });
      this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    });
    this.#plot.setCursor({ left: this.#plot.valToPos(at, "x"), top: 0 }, false);
    this.#parts.range.textContent = filled(texts.range, { first: days[first] ?? "", last: days[last] ?? "" });
    this.#parts.value.textContent = filled(texts.value, { day: days[at] ?? "", value: this.#number.format(this.#values[at] ?? 0) });
    this.#parts.all.disabled = isWhole(this.#view);
  }

  #key(event: KeyboardEvent): void {
    const step = event.ctrlKey || event.metaKey || event.altKey ? null : stepOf(event.key);
    if (!step) return;
    event.preventDefault();
    this.#do(step);
  }

  #left(event: PointerEvent): number {
    return event.clientX - this.#plot.over.getBoundingClientRect().left;
  }

  #hover(event: PointerEvent): void {
    if (event.buttons === 0 && event.pointerType === "mouse") this.#do({ kind: "point", at: this.#held(this.#plot.posToVal(this.#left(event), "x")) }, false);
  }

  /** A day that is shown: what is pointed at with a mouse moves nothing. */
  #held(day: number): number {
    return Math.max(this.#view.first, Math.min(Math.round(day), this.#view.last));
  }

  /** A drag marks the days it passes; a press without one points at a day. */
  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const { over } = this.#plot;
    const from = this.#left(down);
    const done = new AbortController();
    const { signal } = done;
    over.setPointerCapture(down.pointerId);
    over.addEventListener(
      "pointermove",
      (event) => {
        const to = Math.max(0, Math.min(this.#left(event), over.clientWidth));
        this.#plot.setSelect({ left: Math.min(from, to), top: 0, width: Math.abs(to - from), height: over.clientHeight }, false);
      },
      { signal },
    );
    over.addEventListener(
      "pointerup",
      (event) => {
        done.abort();
        const to = this.#left(event);
        const [a, b] = [this.#plot.posToVal(from, "x"), this.#plot.posToVal(to, "x")];
        this.#do(Math.abs(to - from) < 6 ? { kind: "point", at: this.#held(a) } : { kind: "drag", from: a, to: b });
      },
      { signal },
    );
    over.addEventListener("pointercancel", () => (done.abort(), this.#show()), { signal });
  }
}

/** Opens a chart in its panel. */
export function zoom(panel: HTMLElement, usage: Usage, values: readonly number[]): Zoomed {
  const part = <T extends HTMLElement>(name: string): T => {
    const found = panel.querySelector<T>(`[data-zoom-${name}]`);
    if (!found) throw new Error(`the chart has no ${name}`);
    return found;
  };
  const parts = { stage: part("stage"), range: part("range"), value: part("value"), says: part("says"), all: part<HTMLButtonElement>("all") };
  return new Chart(panel, parts, usage, values);
}

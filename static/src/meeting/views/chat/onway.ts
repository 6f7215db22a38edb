import { h } from "../../dom.ts";
import type { Chat, Pending } from "../../state/chat.ts";
import { type Around, pendingRow } from "./row.ts";

/** One's own messages that are not there yet. A row is drawn anew only when it has changed: what failed is read out once, and its buttons stay under the hand. */
export class OnWay {
  readonly element = h("ol", { class: "m-chat-rows" });
  readonly #around: Around;
  readonly #back: () => void;
  /** By the ids of their messages. */
  readonly #rows = new Map<string, { pending: Pending | null; element: HTMLElement }>();
  #pending: Chat["pending"] = [];

  /** `back` takes the focus when the row that had it is gone. */
  constructor(around: Around, back: () => void) {
    this.#around = around;
    this.#back = back;
  }

  /** Whether there are more than before. */
  render({ pending, progress }: Chat): boolean {
    const more = pending.length > this.#pending.length;
    if (pending !== this.#pending) {
      this.#pending = pending;
      this.#draw();
    }
    this.#moved(progress);
    return more;
  }

  /** Draws all anew, when what they are drawn with has changed. */
  redraw(): void {
    for (const [id, row] of this.#rows) this.#rows.set(id, { ...row, pending: null });
    this.#draw();
  }

  #draw(): void {
    const within = this.element.contains(document.activeElement);
    const ids = new Set(this.#pending.map((p) => p.id));
    for (const [id, { element }] of [...this.#rows]) {
      if (ids.has(id)) continue;
      this.#rows.delete(id);
      element.remove();
    }
    this.#pending.forEach((p, i) => {
      const element = this.#row(p);
      const there = this.element.children[i] ?? null;
      if (there !== element) this.element.insertBefore(element, there);
    });
    if (within && !this.element.contains(document.activeElement)) this.#back();
  }

  #row(pending: Pending): HTMLElement {
    const known = this.#rows.get(pending.id);
    if (known?.pending === pending) return known.element;
    const element = pendingRow(pending, this.#around);
    this.#rows.set(pending.id, { pending, element });
    const focused = known?.element.contains(document.activeElement) ?? false;
    known?.element.replaceWith(element);
    if (focused) (element.querySelector("button") ?? element).focus({ preventScroll: true });
    return element;
  }

  /** More of a file is sent: only its bar moves, so that the focus stays where it is. */
  #moved(progress: Chat["progress"]): void {
    for (const bar of this.element.querySelectorAll("progress")) {
      if (progress && bar.dataset["id"] === progress.id) bar.value = progress.percent;
    }
  }
}

import type { Ui } from "../ui.ts";

/** Opens and closes the list of keys, as the state says. */
export function followSheet(ui: Ui, root: HTMLElement): void {
  let sheet: HTMLDialogElement | null = null;
  const open = async () => {
    const { keySheet } = await import("./keysheet.ts");
    if (!ui.store.state.stage.sheet || sheet) return;
    const back = document.activeElement as HTMLElement | null;
    const made = keySheet(ui);
    sheet = made;
    root.append(made);
    made.addEventListener("close", () => {
      made.remove();
      sheet = null;
      ui.acts.sheet(false);
      back?.focus();
    });
    made.showModal();
  };
  ui.store.subscribe((now, before) => {
    if (now.stage.sheet === before.stage.sheet) return;
    if (now.stage.sheet) void open().catch(() => ui.acts.sheet(false));
    else sheet?.close();
  });
}

import type { Ui } from "../ui.ts";

/** How long nothing has to move, in milliseconds, before the controls go out of a screen's way. */
const idleAfter = 3000;

/** While one shared screen fills the window, the controls lie over it, and go when nobody wants them. */
export function followAlone({ store, acts }: Ui, element: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stir = () => {
    clearTimeout(timer);
    element.classList.remove("is-idle");
    if (store.state.stage.alone !== "") timer = setTimeout(() => element.classList.add("is-idle"), idleAfter);
  };
  for (const sign of ["pointermove", "pointerdown", "keydown", "focusin"] as const) document.addEventListener(sign, stir);
  // The browser's own Escape ends a full screen; where there is none, ours does.
  document.addEventListener("keydown", (event) => {
    const { alone } = store.state.stage;
    if (event.key !== "Escape" || event.defaultPrevented || alone === "") return;
    if (!(event.target as Element).closest(".m-people, .m-menu, .m-upgrade, dialog")) acts.alone(alone);
  });
  store.subscribe((now, before) => {
    if (now.stage.alone === before.stage.alone && now !== before) return;
    element.classList.toggle("is-alone", now.stage.alone !== "");
    stir();
  });
}

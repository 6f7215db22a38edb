// The one way from a button to the end of the meeting for everybody.
import type { Ui } from "../ui.ts";

/** Asks once more; who is alone in the meeting is not asked. The question is loaded with the other ones of who leads. */
export async function endAsked(ui: Ui): Promise<void> {
  const { store, acts, t } = ui;
  if (!store.state.people.some((p) => !p.self)) return acts.endForAll();
  try {
    const { askToEnd } = await import("./host/dialogs.ts");
    askToEnd(ui);
  } catch {
    acts.say(t("meeting.hosting.failed"), "danger");
  }
}

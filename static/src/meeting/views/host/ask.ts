import { h, setText } from "../../dom.ts";
import { icon } from "../../icons.ts";
import type { Ui } from "../../ui.ts";

/**
 * The question to unmute, over the stage: nothing is heard before it is answered. It waits until the node takes the
 * microphone, so that Yes means yes.
 */
export function askedToUnmute({ t, store, acts }: Ui): HTMLElement {
  const text = h("p", { attrs: { role: "alert" } });
  const button = (word: string, extra: string, unmute: boolean) => h("button", { class: `btn btn-small ${extra}`, text: word, attrs: { type: "button" }, on: { click: () => acts.answerAsk(unmute) } });
  const element = h(
    "section",
    { class: "m-asked", attrs: { "aria-label": t("meeting.hosting.asked_title") } },
    icon("mic", 20),
    text,
    h("span", { class: "m-asked-buttons" }, button(t("meeting.hosting.not_now"), "", false), button(t("meeting.unmute"), "btn-lamp", true)),
  );
  store.subscribe(({ host, connection }) => {
    const shown = host.asked !== "" && host.maySpeak && connection === "live";
    setText(text, shown ? t("meeting.hosting.asked", { name: host.asked }) : "");
    element.hidden = !shown;
  });
  return element;
}

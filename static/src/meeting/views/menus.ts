// What stands in the bar's menus.
import type { IconName } from "../icons.ts";
import type { DeviceKind, Menu as MenuName, State } from "../state.ts";
import { type Layout, layouts } from "../state/stage.ts";
import type { Ui } from "../ui.ts";
import { endAsked } from "./ending.ts";
import { canFloat } from "./float.ts";
import { canFill } from "./full.ts";
import type { Choice, Group } from "./menu.ts";

const layoutIcons: Record<Layout, IconName> = { grid: "grid", speaker: "one-large", sidebar: "sidebar" };

export const layoutIcon = (layout: Layout): IconName => layoutIcons[layout];

/** The groups of a menu. `folded` are the bar's buttons that have no room on it now; `viewShown` says that the top has the menu of views. */
export function groupsOf(menu: MenuName, state: State, ui: Ui, folded: readonly Choice[], viewShown: boolean): Group[] {
  switch (menu) {
    case "camera":
      return [devices("camera", state.camera.device, state, ui)];
    case "microphone": {
      const groups = [devices("microphone", state.microphone.device, state, ui)];
      return state.devices.speaker.length > 0 ? [...groups, devices("speaker", state.speaker, state, ui)] : groups;
    }
    case "share":
      return [tuning(state, ui)];
    case "view":
      return view(state, ui);
    case "more":
      return more(state, ui, folded, viewShown);
    case "leave":
      return leave(state, ui);
  }
}

function devices(kind: DeviceKind, chosen: string, state: State, { t, acts }: Ui): Group {
  const list = state.devices[kind];
  const none: Choice = { label: t(`meeting.none.${kind}`), pick: () => undefined };
  const choices = list.map((d, i) => ({
    label: d.label || t("meeting.device", { n: i + 1 }),
    chosen: d.id === chosen || (i === 0 && !list.some((o) => o.id === chosen)),
    pick: () => acts.useDevice(kind, d.id),
  }));
  return { title: t(`meeting.kind.${kind}`), choices: choices.length > 0 ? choices : [none] };
}

function tuning({ stage }: State, { t, acts }: Ui): Group {
  const choice = (hint: "text" | "motion"): Choice => ({
    label: t(`meeting.share.${hint}_means`),
    chosen: stage.hint === hint,
    pick: () => acts.tuneShare(hint),
  });
  return { title: t("meeting.share.tune"), choices: [choice("text"), choice("motion")] };
}

/** For who may end the meeting: what comes of either way. */
function leave({ host, people }: State, ui: Ui): Group[] {
  const { t, acts, meeting, store } = ui;
  const others = people.some((p) => !p.self);
  const named = (identity: string) => people.find((p) => p.identity === identity)?.name;
  const [mine, stays, next] = [host.host === meeting.identity, named(host.host), named(host.next)];
  const means = !others ? t("meeting.leave_menu.alone") : !mine ? t("meeting.leave_menu.stays", { name: stays ?? t("meeting.host") }) : next ? t("meeting.leave_menu.next", { name: next }) : t("meeting.leave_menu.nobody");
  const choices: Choice[] = [{ label: t("meeting.leave"), icon: "leave", pick: () => acts.leave() }];
  if (mine && others) {
    const show = () => store.state.peopleOpen || store.dispatch({ type: "togglePeople" });
    choices.push({ label: t("meeting.leave_menu.hand_over"), icon: "crown", pick: () => void show() });
  }
  choices.push({ label: t("meeting.end_for_all"), icon: "end-for-all", danger: true, pick: () => void endAsked(ui) });
  return [{ title: means, choices }];
}

function view({ stage }: State, { t, acts }: Ui): Group[] {
  const arrangement = layouts.map((layout) => ({
    label: t(`meeting.view.${layout}`),
    chosen: stage.layout === layout,
    pick: () => acts.choose({ layout }),
  }));
  const own: Choice[] = [
    { label: t("meeting.view.hide_self"), chosen: stage.hideSelf, several: true, pick: () => acts.choose({ hideSelf: !stage.hideSelf }) },
    { label: t("meeting.view.mirror"), chosen: stage.mirror, several: true, pick: () => acts.choose({ mirror: !stage.mirror }) },
  ];
  return [
    { title: t("meeting.view.title"), choices: arrangement },
    { title: t("meeting.view.own"), choices: own },
  ];
}

function more(state: State, ui: Ui, folded: readonly Choice[], viewShown: boolean): Group[] {
  const { t, acts } = ui;
  const { stage } = state;
  const groups: Group[] = folded.length > 0 ? [{ title: t("meeting.controls"), choices: [...folded] }] : [];
  if (!viewShown) groups.push(...view(state, ui));
  const window: Choice[] = [];
  if (canFloat()) window.push({ label: t(stage.floating ? "meeting.more.unfloat" : "meeting.more.float"), icon: "float", pick: () => acts.float(!stage.floating) });
  if (canFill()) window.push({ label: t(stage.full ? "meeting.more.unfull" : "meeting.more.full"), icon: stage.full ? "full-off" : "full", pick: () => acts.full() });
  if (window.length > 0) groups.push({ title: t("meeting.more.window"), choices: window });
  groups.push({
    title: t("meeting.more.help"),
    choices: [
      { label: t("meeting.more.sound_only"), chosen: stage.soundOnly, several: true, pick: () => acts.soundOnly(!stage.soundOnly) },
      { label: t("meeting.quality.title"), icon: "signal-good", pick: () => ui.store.dispatch({ type: "quality", act: { do: "open", open: true } }) },
      { label: t("meeting.keys.title"), icon: "keyboard", pick: () => acts.sheet(true) },
      { label: t("meeting.more.report"), icon: "report", pick: () => acts.report() },
    ],
  });
  return groups;
}

// What can be done about one person: the menu of their row in People. Loaded when it is opened for the first time.
import type { Person, State } from "../../state.ts";
import { rankOf } from "../../state/host.ts";
import type { Ui } from "../../ui.ts";
import type { Choice, Group } from "../menu.ts";
import { askBefore, askName } from "./dialogs.ts";

/** The groups of the menu. The server decides; what it would refuse for sure is not offered. */
export function personGroups(person: Person, state: State, ui: Ui): Group[] {
  const { t } = ui;
  const me = rankOf(state.host, ui.meeting.identity);
  const notAbove = rankOf(state.host, person.identity) <= me;
  const groups: Group[] = [
    { title: t("meeting.hosting.person.sends"), choices: me > 0 && !person.self ? sends(person, state, ui, notAbove) : [] },
    { title: t("meeting.hosting.person.room"), choices: [...shown(person, state, ui, me > 0, notAbove), ...roles(person, state, ui)] },
    { title: t("meeting.hosting.person.out"), choices: !person.self && rankOf(state.host, person.identity) < me ? out(person, ui) : [] },
  ];
  return groups.filter((g) => g.choices.length > 0);
}

function sends({ identity: id, microphone, video }: Person, { stage }: State, { t, acts }: Ui, notAbove: boolean): Choice[] {
  const choices: Choice[] = [];
  const add = (when: boolean, key: string, icon: Choice["icon"] & string, what: "mute" | "ask" | "camera" | "screen") => {
    if (when) choices.push({ label: t(`meeting.hosting.person.${key}`), icon, pick: () => void acts.lead(what, { id }) });
  };
  add(microphone && notAbove, "mute", "mic-off", "mute");
  add(!microphone, "ask", "mic", "ask");
  add(video !== null && notAbove, "stop_video", "video-off", "camera");
  add(stage.shares.some((s) => s.identity === id) && notAbove, "stop_share", "share-off", "screen");
  return choices;
}

function shown(person: Person, { host }: State, ui: Ui, leading: boolean, notAbove: boolean): Choice[] {
  const { t, acts } = ui;
  const { identity: id } = person;
  const choices: Choice[] = [];
  if (leading) {
    const on = host.spotlight === id;
    choices.push({ label: t(`meeting.hosting.person.${on ? "unspot" : "spot"}`), icon: "spotlight", pick: () => void acts.lead("spotlight", { id: on ? "" : id }) });
  }
  const mine = person.self || (leading && notAbove);
  if (mine && host.hands.some((hand) => hand.id === id)) choices.push({ label: t("meeting.hosting.lower"), icon: "hand", pick: () => void acts.lead("lower", { id }) });
  if (mine && (leading || host.may.rename)) choices.push({ label: t("meeting.hosting.person.rename"), icon: "edit", pick: () => askName(person, ui) });
  return choices;
}

function roles({ identity: id, self }: Person, { host }: State, { t, acts, meeting }: Ui): Choice[] {
  if (self || rankOf(host, meeting.identity) < 2) return [];
  const choices: Choice[] = [];
  const rank = rankOf(host, id);
  if (rank < 2) {
    const is = rank === 1;
    choices.push({ label: t(`meeting.hosting.person.${is ? "no_cohost" : "cohost"}`), icon: "cohost", pick: () => void acts.lead("cohost", { id, on: is ? "no" : "yes" }) });
  }
  if (host.host !== id) choices.push({ label: t("meeting.hosting.person.host"), icon: "crown", pick: () => void acts.lead("handover", { id }) });
  return choices;
}

function out(person: Person, ui: Ui): Choice[] {
  const { t, acts } = ui;
  const choice = (what: "remove" | "ban", icon: "remove" | "ban"): Choice => ({
    label: t(`meeting.hosting.person.${what}`),
    icon,
    danger: true,
    pick: () => askBefore(what, person, ui, () => void acts.lead(what, { id: person.identity })),
  });
  return [choice("remove", "remove"), choice("ban", "ban")];
}

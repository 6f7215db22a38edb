// What to tell people of who leads the meeting, and of hands. Pure: two states in, sentences out.
import type { News } from "../../news.ts";
import type { State } from "../../state.ts";
import { roleOf, rules } from "../../state/host.ts";
import type { Texts } from "../../texts.ts";

const plain = (text: string): News => ({ text, tone: "plain" });

/** Hands that went up, another host, the lock, the spotlight, and what one may. What was so before one came is not news. */
export function hostNews(now: State, before: State, me: string, t: Texts): News[] {
  if (now.host === before.host || before.host.rev < 0) return [];
  const say = (key: string, holes?: Record<string, string>) => plain(t(`meeting.hosting.news.${key}`, holes));
  const was = new Set(before.host.hands.map((hand) => hand.id));
  const is = new Set(now.host.hands.map((hand) => hand.id));
  const raised = now.people.filter((p) => !p.self && is.has(p.identity) && !was.has(p.identity));
  return [
    ...raised.map((p): News => ({ text: t("meeting.hosting.news.hand", { name: p.name }), tone: "hand" })),
    ...roleNews(now, before, me, t),
    ...(now.host.locked === before.host.locked ? [] : [say(now.host.locked ? "locked" : "unlocked")]),
    ...(now.host.spotlight === me && before.host.spotlight !== me ? [say("spotlight")] : []),
    ...(roleOf(now.host, me) === "" ? rules.filter((r) => now.host.may[r] !== before.host.may[r]).map((r) => say(`${r}_${now.host.may[r] ? "on" : "off"}`)) : []),
  ];
}

function roleNews(now: State, before: State, me: string, t: Texts): News[] {
  const [is, was] = [roleOf(now.host, me), roleOf(before.host, me)];
  if (is !== was) {
    const key = is === "" ? "led" : is;
    return [plain(t(`meeting.hosting.news.${key}`))];
  }
  if (now.host.host === before.host.host) return [];
  const leader = now.people.find((p) => p.identity === now.host.host);
  return leader ? [plain(t("meeting.hosting.news.leads", { name: leader.name }))] : [];
}

import type { News } from "../news.ts";
import type { State } from "../state.ts";
import { levelOf } from "../state/quality.ts";
import type { Texts } from "../texts.ts";

/** A change for the worse of one's own connection, or of what this device manages: told once. Pure. */
export function qualityNews(now: State, before: State, t: Texts): News[] {
  if (now.quality === before.quality || now.connection !== "live") return [];
  const news: News[] = [];
  if (now.quality.warnings > before.quality.warnings) {
    const me = now.people.find((p) => p.self)?.identity ?? "";
    news.push({ text: t(`meeting.quality.say.own.${levelOf(now.quality, me) === "lost" ? "lost" : "poor"}`), tone: "danger" });
  }
  const { step } = now.quality.governor;
  if (step > before.quality.governor.step) news.push({ text: t(`meeting.quality.say.busy.${step}`), tone: "plain" });
  return news;
}

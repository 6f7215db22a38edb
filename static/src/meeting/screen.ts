import { timeLeft } from "./clock.ts";
import { h } from "./dom.ts";
import { type News, newsOf, timeNews } from "./news.ts";
import type { Sticker } from "./session/stickers.ts";
import type { Ui } from "./ui.ts";
import { followAlone } from "./views/alone.ts";
import { Bar } from "./views/bar.ts";
import { ConnectionPanel } from "./views/connection.ts";
import { Chat } from "./views/chat.ts";
import { chatNews } from "./views/chat/news.ts";
import { followCover } from "./views/cover.ts";
import { Door } from "./views/door.ts";
import { Notices } from "./views/notices.ts";
import { Floats } from "./views/floats.ts";
import { Gathered } from "./views/gathered.ts";
import { HostTools } from "./views/host.ts";
import { askedToUnmute } from "./views/host/ask.ts";
import { hostNews } from "./views/host/news.ts";
import { People } from "./views/people.ts";
import { qualityNews } from "./views/qualitynews.ts";
import { React } from "./views/react.ts";
import { Sharing } from "./views/sharing.ts";
import { followSheet } from "./views/sheet.ts";
import { Stage } from "./views/stage.ts";
import { Toasts } from "./views/toasts.ts";
import { Top } from "./views/top.ts";
import { Upgrade } from "./views/upgrade.ts";

/** How often the clock is read; half a second late is not seen, a quarter is cheap. */
const tickEvery = 250;

export interface Screen {
  element: HTMLElement;
  tell(news: readonly News[]): void;
  /** Shows what somebody sent, and says it to who does not see it. */
  sticker(sent: Sticker): void;
  /** Says something to who does not see it. */
  speak(text: string): void;
  /** Stops the clock. */
  stop(): void;
}

/** Draws the meeting from its state and keeps the clock running. */
export function drawScreen(ui: Ui): Screen {
  const top = new Top(ui);
  const stage = new Stage(ui);
  const bar = new Bar(ui);
  top.element.append(bar.view.element);
  followCover(ui, [top.element, stage.element, bar.element]);
  stage.element.prepend(new Sharing(ui).element);
  const upgrade = new Upgrade(ui);
  const toasts = new Toasts(ui.t("meeting.close"));
  const notices = new Notices(ui);
  const floats = new Floats();
  notices.element.append(askedToUnmute(ui), new Door(ui).element);
  const body = h("div", { class: "m-body" }, stage.element, floats.element, new People(ui).element, new React(ui).element, new Chat(ui).element, new HostTools(ui).element, new ConnectionPanel(ui).element, notices.element, upgrade.element);
  const element = h("div", { class: "meeting" }, top.element, body, bar.element, toasts.element);

  followSheet(ui, element);
  followAlone(ui, element);

  const { t } = ui;
  const speak = (text: string) => toasts.say(text);
  const hands = new Gathered(speak, (n) => t.count("meeting.hosting.news.hands", n));
  const stickers = new Gathered(speak, (n) => t.count("meeting.react.many", n));
  const tell = (news: readonly News[]) => {
    toasts.tell(news.filter((item) => item.tone !== "hand"));
    for (const item of news.filter((one) => one.tone === "hand")) {
      toasts.show(item);
      hands.add(item.text);
    }
  };

  let before: number | null = null;
  const tick = () => {
    const left = timeLeft(ui.store.state.clock, Date.now());
    top.tick(left);
    upgrade.tick(left, before);
    tell(timeNews(before, left, t));
    stage.tick();
    bar.tick();
    before = left;
  };
  const timer = setInterval(tick, tickEvery);
  ui.store.subscribe((now, earlier) => {
    tell([...newsOf(now, earlier, t, Date.now()), ...hostNews(now, earlier, ui.meeting.identity, t), ...qualityNews(now, earlier, t)]);
    for (const item of chatNews(now, earlier, t)) now.chat.open ? speak(item.text) : tell([item]);
    if (now.clock !== earlier.clock || now === earlier) tick();
  });
  const sticker = (sent: Sticker) => {
    const person = ui.store.state.people.find((p) => p.identity === sent.from);
    const name = person?.name ?? sent.by;
    floats.show(sent, person?.self ? t("meeting.you") : name);
    // One's own is what one waits to hear of.
    if (person?.self) speak(t("meeting.react.sent_you", { name, what: sent.alt }));
    else stickers.add(t("meeting.react.sent", { name, what: sent.alt }));
  };
  return { element, tell, sticker, speak, stop: () => clearInterval(timer) };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { hostActs } from "./hostacts.ts";
import type { HostLine } from "./session/host.ts";
import type { SourceState } from "./session/source.ts";
import { Store, initialState } from "./state.ts";
import { textsFrom } from "./texts.ts";

/** A microphone that cannot be had. */
function began() {
  const state: SourceState = { on: false, busy: false, fault: null, device: "" };
  let turned = 0;
  const turn = async () => {
    turned++;
    state.fault = "busy";
  };
  const told: string[] = [];
  const store = new Store(initialState({ endsAt: 0, offset: 0 }, "Free", 100));
  const tell = (text: string, tone = "plain") => void told.push(`${tone}: ${text}`);
  const acts = hostActs({ store, host: {} as HostLine, microphone: { kind: "microphone", state, turn }, t: textsFrom({}), tell });
  store.dispatch({ type: "host", act: { do: "asked", by: "Ann" } });
  return { acts, store, told, turned: () => turned };
}

test("who says yes to the host's question and has no microphone is told why nobody hears them", async () => {
  const { acts, store, told, turned } = began();
  acts.answerAsk(true);
  assert.equal(store.state.host.asked, "");
  await new Promise((go) => setTimeout(go));
  assert.deepEqual([turned(), told], [1, ["danger: meeting.fault.microphone.busy"]]);
});

test("who says not now stays as they are", async () => {
  const { acts, store, told, turned } = began();
  acts.answerAsk(false);
  await new Promise((go) => setTimeout(go));
  assert.deepEqual([store.state.host.asked, turned(), told], ["", 0, []]);
});

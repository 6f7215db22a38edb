import assert from "node:assert/strict";
import { test } from "node:test";
import { askFor } from "./devices.ts";

const stream = {} as MediaStream;
const named = (name: string) => Object.assign(new Error(name), { name });

/** A browser that answers what it is told to, in turn, and notes what it was asked. */
function browser(...answers: (Error | MediaStream)[]) {
  const asked: unknown[] = [];
  const ask = async (constraints: MediaStreamConstraints) => {
    asked.push((constraints.audio as MediaTrackConstraints | undefined)?.deviceId);
    const answer = answers[asked.length - 1] ?? stream;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { ask, asked };
}

test("the chosen device and no other is asked for", async () => {
  const { ask, asked } = browser();
  await askFor([{ kind: "microphone", device: "desk" }, { kind: "camera", device: "" }], ask);
  assert.deepEqual(asked, [{ exact: "desk" }]);
});

test("a device that is gone does not stop the asking", async () => {
  const { ask, asked } = browser(named("OverconstrainedError"));
  assert.equal(await askFor([{ kind: "microphone", device: "desk" }], ask), stream);
  assert.deepEqual(asked, [{ exact: "desk" }, { ideal: "desk" }]);
});

test("who says no is not asked twice, nor is a browser without a device", async () => {
  for (const [name, device] of [["NotAllowedError", "desk"], ["NotReadableError", "desk"], ["NotFoundError", ""]] as const) {
    const { ask, asked } = browser(named(name));
    await assert.rejects(askFor([{ kind: "microphone", device }], ask), { name });
    assert.equal(asked.length, 1, name);
  }
});

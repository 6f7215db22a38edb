import { expect, test } from "./lib/fixtures";
import { ForeignSite, type ForeignVisitor } from "./lib/sdk";
import { signToken, type MediaKey } from "./lib/token";
import { until } from "./lib/until";

interface Sound {
  packets: number;
  /** Seconds that were played. */
  played: number;
  /** Packets of which the browser threw parts away, because it had them already: what RED brings twice. */
  twice: number;
}

/** What came of the only other person's microphone, after some seconds of it. */
function heard(visitor: ForeignVisitor): Promise<Sound | null> {
  return visitor.page.evaluate(async () => {
    const [person] = window.room?.remoteParticipants.values() ?? [];
    const [publication] = person?.audioTrackPublications.values() ?? [];
    const report = await publication?.track?.getRTCStatsReport();
    const sound = { packets: 0, played: 0, twice: 0 };
    report?.forEach((entry) => {
      if (entry.type !== "inbound-rtp") return;
      sound.packets = entry.packetsReceived;
      sound.played = entry.totalSamplesDuration;
      sound.twice = entry.packetsDiscarded;
    });
    return sound.played > 3 ? sound : null;
  });
}

interface Wish {
  red: boolean;
  dtx: boolean;
  silent: boolean;
}

function publish(visitor: ForeignVisitor, wish: Wish): Promise<void> {
  return visitor.page.evaluate(async ({ red, dtx, silent }) => {
    const me = window.room?.localParticipant;
    if (silent) {
      const audio = new AudioContext();
      const into = audio.createMediaStreamDestination();
      const source = new ConstantSourceNode(audio, { offset: 0 });
      source.connect(into);
      source.start();
      const [nothing] = into.stream.getAudioTracks();
      if (nothing) await me?.publishTrack(nothing, { red, dtx, forceStereo: false });
    } else {
      await me?.setMicrophoneEnabled(true, {}, { red, dtx });
    }
  }, wish);
}

for (const single of [false, true]) {
  test(`speech is sent twice and silence hardly at all, over ${single ? "one connection" : "two connections"}`, async ({ parley, browsers }) => {
    const { slug } = JSON.parse(await parley.admin("org", "create", "--name", "Acme", "--plan", "free", "--json")) as { slug: string };
    const key = JSON.parse(await parley.admin("key", "create", "--org", slug, "--json")) as MediaKey;
    const site = await ForeignSite.start();
    const browser = await browsers();
    const hear = async (wish: Wish): Promise<Sound> => {
      const room = JSON.stringify(wish);
      const [ann, ben] = [await site.visit(browser), await site.visit(browser)];
      expect(await ann.connect(key.url, signToken(key, { room, identity: "ann" }), single)).toBe("");
      expect(await ben.connect(key.url, signToken(key, { room, identity: "ben" }), single)).toBe("");
      await publish(ann, wish);
      const sound = await until(`sound with ${room}`, () => heard(ben));
      await ann.leave();
      await ben.leave();
      return sound;
    };
    // A packet is 20 ms. Silence without packets still says every 400 ms that it lasts.
    const speech = await hear({ red: true, dtx: true, silent: false });
    expect(speech.twice).toBeGreaterThan(speech.packets / 2);
    const once = await hear({ red: false, dtx: true, silent: false });
    expect(once.twice).toBeLessThan(once.packets / 10);
    const silence = await hear({ red: true, dtx: true, silent: true });
    expect(silence.packets * 0.02).toBeLessThan(silence.played / 2);
    const continuous = await hear({ red: true, dtx: false, silent: true });
    expect(continuous.packets * 0.02).toBeGreaterThan(continuous.played / 2);
    await site.stop();
  });
}

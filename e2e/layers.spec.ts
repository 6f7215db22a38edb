import { VideoQuality } from "livekit-client";
import { launchFirefox, visitWithFirefox } from "./lib/firefox";
import { expect, test } from "./lib/fixtures";
import { ForeignSite, type ForeignVisitor } from "./lib/sdk";
import { signToken, type MediaKey } from "./lib/token";
import { until } from "./lib/until";

declare global {
  interface Window {
    /** Since `watch`: the longest time between two pictures that were painted, in milliseconds of the camera's clock. */
    gap?: { longest: number };
    /** Since `watch`: the longest time without a new picture from the encoder, in milliseconds. */
    pause?: { longest: number };
  }
}

type Codec = "vp8" | "h264" | "vp9" | "av1";

/** Sends the camera in 1280 × 720, in three layers. */
const publish = (who: ForeignVisitor, videoCodec: Codec, backup = false): Promise<void> =>
  who.page.evaluate(
    async ([videoCodec, backup]) => {
      await window.room?.localParticipant.setCameraEnabled(
        true,
        { resolution: { width: 1280, height: 720, frameRate: 30 } },
        { videoCodec, simulcast: true, backupCodec: backup ? { codec: "vp8" } : false },
      );
    },
    [videoCodec, backup] as const,
  );

/** Sends a drawing in 1280 × 720, in three layers: Firefox's own stand-in for a camera is smaller. */
const publishDrawing = (who: ForeignVisitor): Promise<void> =>
  who.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const pen = canvas.getContext("2d");
    let frame = 0;
    const draw = () => {
      frame++;
      if (pen) {
        pen.fillStyle = `hsl(${frame % 360} 60% 50%)`;
        pen.fillRect(0, 0, 1280, 720);
        pen.fillStyle = "black";
        pen.fillRect((frame * 11) % 1280, 200, 200, 200);
      }
    };
    draw();
    setInterval(draw, 50);
    const [track] = canvas.captureStream(20).getVideoTracks();
    if (!track) throw new Error("no picture of the canvas");
    const { Track } = window.LivekitClient;
    await window.room?.localParticipant.publishTrack(track, { source: Track.Source.Camera, videoCodec: "vp8", simulcast: true });
  });

/** Lets this browser decode nothing but VP8 from now on: it does not know the others' names in an offer. */
const onlyVP8 = (who: ForeignVisitor): Promise<void> =>
  who.page.evaluate(() => {
    const take = RTCPeerConnection.prototype.setRemoteDescription as (this: RTCPeerConnection, description: RTCSessionDescriptionInit) => Promise<void>;
    RTCPeerConnection.prototype.setRemoteDescription = function (description: RTCSessionDescriptionInit) {
      const sdp = description.sdp?.replace(/ (VP9|AV1|H264)\/90000/g, " NO$1/90000");
      return take.call(this, description.type === "offer" && sdp ? { type: description.type, sdp } : description);
    };
  });

/** The codec of the picture that is received. */
const codecOf = (who: ForeignVisitor): Promise<string> =>
  who.page.evaluate(async () => {
    let mime = "";
    for (const person of window.room?.remoteParticipants.values() ?? []) {
      for (const publication of person.videoTrackPublications.values()) {
        const report = await publication.videoTrack?.getRTCStatsReport();
        report?.forEach((entry) => {
          if (entry.type === "inbound-rtp" && entry.framesDecoded > 0) mime = report.get(entry.codecId)?.mimeType ?? "";
        });
      }
    }
    return mime;
  });

/** Layers that are being sent now. */
const sending = (who: ForeignVisitor): Promise<string[]> =>
  who.page.evaluate(async () => {
    const rids: string[] = [];
    for (const publication of window.room?.localParticipant.videoTrackPublications.values() ?? []) {
      const report = await publication.videoTrack?.getRTCStatsReport();
      report?.forEach((entry) => {
        if (entry.type === "outbound-rtp" && entry.active !== false && entry.framesSent > 0) rids.push(entry.rid);
      });
    }
    return rids.sort();
  });

/** The height of the picture that is decoded now. */
const height = (who: ForeignVisitor): Promise<number> =>
  who.page.evaluate(() => document.querySelector("video")?.videoHeight ?? 0);

/** The time stamps of the pictures themselves, which tell when the camera saw them (RFC 3550): a machine that paints late does not change them. */
interface Painted {
  presentedFrames: number;
  rtpTimestamp?: number;
}

/** Starts to measure what is missing between the pictures that this page paints. */
const watchPictures = (who: ForeignVisitor): Promise<void> =>
  who.page.evaluate(() => {
    const gap = (window.gap = { longest: 0 });
    const video = document.querySelector("video");
    let last: Painted | undefined;
    const painted = (_now: number, frame: Painted) => {
      if (window.gap !== gap) return;
      if (last?.rtpTimestamp !== undefined && frame.rtpTimestamp !== undefined) {
        const passed = ((frame.rtpTimestamp - last.rtpTimestamp) >>> 0) / 90;
        // A busy page is not called for each picture, but told how many there were.
        gap.longest = Math.max(gap.longest, passed / (frame.presentedFrames - last.presentedFrames));
      }
      last = frame;
      video?.requestVideoFrameCallback(painted);
    };
    video?.requestVideoFrameCallback(painted);
  });

/** Starts to measure how long the publisher's encoder makes no picture: a busy machine lets it wait too, and nobody can show what is not there. */
const watchEncoder = (who: ForeignVisitor): Promise<void> =>
  who.page.evaluate(() => {
    const pause = (window.pause = { longest: 0 });
    let [frames, since] = [-1, performance.now()];
    const look = async () => {
      if (window.pause !== pause) return;
      let sent = 0;
      for (const publication of window.room?.localParticipant.videoTrackPublications.values() ?? []) {
        const report = await publication.videoTrack?.getRTCStatsReport();
        report?.forEach((entry) => {
          if (entry.type === "outbound-rtp") sent += entry.framesEncoded ?? 0;
        });
      }
      const now = performance.now();
      pause.longest = Math.max(pause.longest, now - since);
      if (sent !== frames) [frames, since] = [sent, now];
      setTimeout(() => void look(), 20);
    };
    void look();
  });

const watch = async (publisher: ForeignVisitor, viewer: ForeignVisitor): Promise<void> => {
  await watchEncoder(publisher);
  await watchPictures(viewer);
};

/** A switch that waits for a key frame nobody asked for freezes the picture for seconds; one that goes on with the old layer meanwhile, not at all. */
const freeze = 500;

/** The longest freeze, in milliseconds, beyond the publisher's own longest pause. */
async function longestFreeze(publisher: ForeignVisitor, viewer: ForeignVisitor): Promise<number> {
  const gap = await viewer.page.evaluate(() => window.gap?.longest ?? Infinity);
  const pause = await publisher.page.evaluate(() => window.pause?.longest ?? 0);
  expect(gap, "pictures carry the camera's time").toBeGreaterThan(0);
  return gap - pause;
}

const ask = (who: ForeignVisitor, quality: VideoQuality): Promise<void> =>
  who.page.evaluate((quality) => {
    for (const person of window.room?.remoteParticipants.values() ?? []) {
      for (const publication of person.videoTrackPublications.values()) publication.setVideoQuality(quality);
    }
  }, quality);

const resize = (who: ForeignVisitor, width: number, height: number): Promise<void> =>
  who.page.evaluate(
    ([width, height]) => {
      const video = document.querySelector("video");
      if (video) Object.assign(video.style, { width: `${width}px`, height: `${height}px` });
    },
    [width, height] as const,
  );

const expectHeight = (who: ForeignVisitor, wanted: number): Promise<void> =>
  expect.poll(() => height(who), { message: `a picture ${wanted} high`, intervals: [50], timeout: 60_000 }).toBe(wanted);

test.describe("layers", () => {
  let acme: { key: MediaKey };
  test.beforeEach(async ({ parley }) => {
    const { slug } = JSON.parse(await parley.admin("org", "create", "--name", "Acme", "--plan", "free", "--json")) as { slug: string };
    acme = { key: JSON.parse(await parley.admin("key", "create", "--org", slug, "--json")) as MediaKey };
  });

  for (const [single, codec] of [[false, "vp8"], [true, "h264"], [true, "vp8"], [false, "h264"], [false, "vp9"], [true, "vp9"], [false, "av1"], [true, "av1"]] as const) {
    test(`${codec}, ${single ? "one connection" : "two connections"}: the layer asked for is the layer got, without a freeze`, async ({ browsers }) => {
      const site = await ForeignSite.start();
      const browser = await browsers();
      const [ann, ben] = [await site.visit(browser), await site.visit(browser)];
      const token = (identity: string) => signToken(acme.key, { room: "daily", identity });
      expect(await ann.connect(acme.key.url, token("ann"), single, { dynacast: true })).toBe("");
      expect(await ben.connect(acme.key.url, token("ben"), single)).toBe("");
      await publish(ann, codec);
      await ben.sees("ann");
      await expectHeight(ben, 720);
      await watch(ann, ben);
      for (const [quality, wanted] of [[VideoQuality.LOW, 180], [VideoQuality.MEDIUM, 360], [VideoQuality.HIGH, 720], [VideoQuality.LOW, 180], [VideoQuality.HIGH, 720]] as const) {
        await ask(ben, quality);
        await expectHeight(ben, wanted);
      }
      await ben.sees("ann");
      expect(await longestFreeze(ann, ben), "the longest freeze, in milliseconds").toBeLessThan(freeze);
      await ann.leave();
      await ben.leave();
      await site.stop();
    });
  }

  test("Firefox sends three layers and gets the one that it asks for, and the one that fits its tile", async () => {
    test.setTimeout(300_000);
    const [site, firefox] = [await ForeignSite.start(), await launchFirefox()];
    try {
      const [ann, ben] = [await visitWithFirefox(site, firefox), await visitWithFirefox(site, firefox)];
      const token = (identity: string) => signToken(acme.key, { room: "daily", identity });
      expect(await ann.connect(acme.key.url, token("ann"), true, { dynacast: true })).toBe("");
      expect(await ben.connect(acme.key.url, token("ben"), false)).toBe("");
      await publishDrawing(ann);
      await ben.sees("ann");
      await expectHeight(ben, 720);
      await until("three layers", async () => (await sending(ann)).join() === "f,h,q", 60_000);
      for (const [quality, wanted] of [[VideoQuality.LOW, 180], [VideoQuality.HIGH, 720]] as const) {
        await ask(ben, quality);
        await expectHeight(ben, wanted);
      }
      await ben.leave();
      const cat = await visitWithFirefox(site, firefox);
      expect(await cat.connect(acme.key.url, token("cat"), true, { adaptiveStream: true })).toBe("");
      await cat.sees("ann");
      await resize(cat, 1280, 720);
      await expectHeight(cat, 720);
      await resize(cat, 300, 168);
      await expectHeight(cat, 180);
      await ann.leave();
      await cat.leave();
    } finally {
      await firefox.close();
      await site.stop();
    }
  });

  test("a picture adapts to the size of its tile, and nobody sends what nobody watches", async ({ browsers }) => {
    const site = await ForeignSite.start();
    const browser = await browsers();
    const [ann, ben] = [await site.visit(browser), await site.visit(browser)];
    const token = (identity: string) => signToken(acme.key, { room: "daily", identity });
    expect(await ann.connect(acme.key.url, token("ann"), false, { dynacast: true })).toBe("");
    await publish(ann, "vp8");
    await until("silence while nobody is there", async () => (await sending(ann)).length === 0);
    expect(await ben.connect(acme.key.url, token("ben"), false, { adaptiveStream: true })).toBe("");
    await ben.sees("ann");
    await resize(ben, 1280, 720);
    await expectHeight(ben, 720);
    expect(await sending(ann)).toEqual(["f", "h", "q"]);
    await watch(ann, ben);
    await resize(ben, 300, 168);
    await expectHeight(ben, 180);
    await until("the end of the layers that nobody watches", async () => (await sending(ann)).join() === "q");
    await resize(ben, 600, 337);
    await expectHeight(ben, 360);
    expect(await longestFreeze(ann, ben), "the longest freeze, in milliseconds").toBeLessThan(freeze);
    await ann.leave();
    await ben.leave();
    await site.stop();
  });

  for (const single of [false, true]) {
    test(`who cannot decode VP9 gets the backup in VP8, over ${single ? "one connection" : "two connections"}`, async ({ browsers }) => {
      const site = await ForeignSite.start();
      const browser = await browsers();
      const [ann, ben, cat] = [await site.visit(browser), await site.visit(browser), await site.visit(browser)];
      const token = (identity: string) => signToken(acme.key, { room: "daily", identity });
      expect(await ann.connect(acme.key.url, token("ann"), single, { dynacast: true })).toBe("");
      await publish(ann, "vp9", true);
      expect(await ben.connect(acme.key.url, token("ben"), single)).toBe("");
      await ben.sees("ann");
      await onlyVP8(cat);
      expect(await cat.connect(acme.key.url, token("cat"), false)).toBe("");
      await cat.sees("ann");
      await ben.sees("ann");
      expect([await codecOf(ben), await codecOf(cat)]).toEqual(["video/VP9", "video/VP8"]);
      for (const visitor of [ann, ben, cat]) await visitor.leave();
      await site.stop();
    });
  }
});

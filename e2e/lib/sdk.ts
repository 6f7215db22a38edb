import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import type * as LiveKit from "livekit-client";
import { root } from "./paths";
import { until } from "./until";

declare global {
  interface Window {
    LivekitClient: typeof LiveKit;
    room?: LiveKit.Room;
    seen?: string[];
  }
}

/** A web page that is not ours: it loads livekit-client as it comes from npm, from an origin of its own. */
export class ForeignSite {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** `client` is the folder in node_modules of the version that the page loads. */
  static async start(client = "livekit-client"): Promise<ForeignSite> {
    const script = await readFile(join(root, "node_modules", client, "dist", "livekit-client.umd.js"));
    const server = createServer((request, response) => {
      if (request.url === "/livekit-client.js") response.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
      else response.writeHead(200, { "Content-Type": "text/html" }).end('<!doctype html><title>Robot</title><script src="/livekit-client.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (!address || typeof address !== "object") throw new Error("the foreign site has no port");
    return new ForeignSite(server, `http://127.0.0.1:${address.port}/`);
  }

  async visit(browser: Browser): Promise<ForeignVisitor> {
    const context = await browser.newContext();
    await context.grantPermissions(["camera", "microphone"], { origin: new URL(this.url).origin });
    const page = await context.newPage();
    await page.goto(this.url);
    return new ForeignVisitor(context, page);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What the pages of Playwright and of puppeteer have in common. */
interface AnyPage {
  evaluate<T>(work: () => T | Promise<T>): Promise<T>;
  evaluate<T, A>(work: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
}

/** Somebody on the foreign page, with a plain LiveKit client. */
export class ForeignVisitor {
  constructor(
    readonly context: { close(): Promise<void> },
    readonly page: AnyPage,
  ) {}

  /** Connects; the answer is the reason when it is refused. `policy` "relay" leaves TURN as the only way. */
  connect(url: string, token: string, singlePeerConnection: boolean, options: LiveKit.RoomOptions = {}, policy: "all" | "relay" = "all"): Promise<string> {
    return this.page.evaluate(
      async ([url, token, singlePeerConnection, options, policy]) => {
        const room = new window.LivekitClient.Room({ ...options, singlePeerConnection });
        window.room = room;
        window.seen = [];
        room.on("participantConnected", (p) => window.seen?.push(p.identity));
        room.on("trackSubscribed", (track) => document.body.append(track.attach()));
        try {
          await room.connect(url, token, { maxRetries: 0, peerConnectionTimeout: 60_000, websocketTimeout: 60_000, rtcConfig: { iceTransportPolicy: policy } });
          return "";
        } catch (error) {
          return String(error);
        }
      },
      [url, token, singlePeerConnection, options, policy] as const,
    );
  }

  publish(): Promise<void> {
    return this.page.evaluate(async () => {
      await window.room?.localParticipant.enableCameraAndMicrophone();
    });
  }

  /** Who is in the room, or ever came, except oneself. */
  others(): Promise<string[]> {
    return this.page.evaluate(() => [...new Set([...(window.seen ?? []), ...[...(window.room?.remoteParticipants.values() ?? [])].map((p) => p.identity)])].sort());
  }

  /** Decoded frames of each other person's picture. */
  frames(): Promise<Record<string, number>> {
    return this.page.evaluate(async () => {
      const counts: Record<string, number> = {};
      for (const person of window.room?.remoteParticipants.values() ?? []) {
        for (const publication of person.videoTrackPublications.values()) {
          const report = await publication.videoTrack?.getRTCStatsReport();
          report?.forEach((entry) => {
            if (entry.type === "inbound-rtp") counts[person.identity] = (counts[person.identity] ?? 0) + (entry.framesDecoded ?? 0);
          });
        }
      }
      return counts;
    });
  }

  /** Waits until the picture of this person moves. */
  async sees(identity: string): Promise<void> {
    const first = await until(`the first frames of ${identity}`, async () => (await this.frames())[identity] || null, 60_000);
    await until(`more frames of ${identity}`, async () => ((await this.frames())[identity] ?? 0) > first + 5, 60_000);
  }

  /** How this person's picture is encrypted on its way here. */
  cipher(identity: string): Promise<string> {
    return this.page.evaluate(async (identity) => {
      const [publication] = window.room?.remoteParticipants.get(identity)?.videoTrackPublications.values() ?? [];
      const report = await publication?.videoTrack?.getRTCStatsReport();
      const ciphers: string[] = [];
      report?.forEach((entry) => entry.type === "transport" && ciphers.push(entry.srtpCipher));
      return ciphers.join();
    }, identity);
  }

  /** How this person's picture comes here: kinds of the two ends, and over what, such as "relay tls" to "host udp". */
  way(identity: string): Promise<{ local: string; remote: string } | null> {
    return this.page.evaluate(async (identity) => {
      const [publication] = window.room?.remoteParticipants.get(identity)?.videoTrackPublications.values() ?? [];
      const report = await publication?.videoTrack?.getRTCStatsReport();
      let pair: RTCStats & { localCandidateId?: string; remoteCandidateId?: string } = { id: "", type: "transport", timestamp: 0 };
      report?.forEach((entry) => {
        if (entry.type === "transport") pair = report.get(entry.selectedCandidatePairId) as typeof pair;
      });
      const local = report?.get(pair.localCandidateId ?? "") as { candidateType: string; protocol: string; relayProtocol?: string } | undefined;
      const remote = report?.get(pair.remoteCandidateId ?? "") as { candidateType: string; protocol: string } | undefined;
      if (!local || !remote) return null;
      return { local: `${local.candidateType} ${local.relayProtocol ?? local.protocol}`, remote: `${remote.candidateType} ${remote.protocol}` };
    }, identity);
  }

  /** Cuts the signalling socket off, or with "full-reconnect" all there is; resolves when the client is back. */
  reconnect(scenario: "signal-reconnect" | "full-reconnect"): Promise<void> {
    return this.page.evaluate(async (scenario) => {
      const { room } = window;
      if (!room) throw new Error("not in a room");
      // The first clients tell applications nothing of a socket that came back.
      const engine = room.engine as unknown as { once(event: string, then: () => void): void };
      const back = new Promise<void>((resolve) => engine.once(scenario === "full-reconnect" ? "restarted" : "resumed", resolve));
      await room.simulateScenario(scenario);
      await back;
    }, scenario);
  }

  async leave(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.room?.disconnect();
    });
    await this.context.close();
  }
}

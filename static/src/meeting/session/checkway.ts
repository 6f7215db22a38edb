// One way to a media node, opened with no other way beside it, and measured.
import { type Sample, type Way, median, rateOf } from "../lobby/check/verdict.ts";
import { type Topic, doorOf, leaving, offering, onlyOver, packet, relaysFor, said, socketAddress, unpack } from "./checkwire.ts";

/** How the opening of a way ended. */
export type Opened = { kind: "open"; way: OpenWay; to: string[] } | { kind: "blocked"; to: string[] } | { kind: "absent" } | { kind: "no_socket" };

const echoes = 50;
const echoEvery = 20;
const echoBytes = 160; // about what a voice packet has
const echoPatience = 2000;
const chunk = 8 << 10;
const ahead = 128 << 10;
const most = 2 << 20;
const measureFor = 2000;
const answerPatience = 8000;

/** A way that is open. Close it when done. */
export class OpenWay {
  readonly #pc: RTCPeerConnection;
  readonly #socket: WebSocket;
  readonly #lossy: RTCDataChannel;
  readonly #reliable: RTCDataChannel;
  #hear: (topic: Topic, payload: Uint8Array) => void = () => undefined;

  constructor(pc: RTCPeerConnection, socket: WebSocket, lossy: RTCDataChannel, reliable: RTCDataChannel) {
    [this.#pc, this.#socket, this.#lossy, this.#reliable] = [pc, socket, lossy, reliable];
    for (const channel of [lossy, reliable]) {
      channel.addEventListener("message", ({ data }) => {
        const found = unpack(data as ArrayBuffer);
        if (found) this.#hear(found.topic, found.payload);
      });
    }
  }

  /** Sends small packets as a voice does, and counts what comes back. */
  async echo(): Promise<{ rtt: number; loss: number }> {
    const sent = new Map<number, number>();
    const times: number[] = [];
    const all = new Promise<void>((resolve) => {
      this.#hear = (topic, payload) => {
        const number = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
        const at = sent.get(number);
        if (topic !== "echo" || at === undefined) return;
        sent.delete(number);
        times.push(performance.now() - at);
        if (times.length === echoes) resolve();
      };
    });
    for (let n = 0; n < echoes && this.alive; n++) {
      const payload = new Uint8Array(echoBytes);
      new DataView(payload.buffer).setUint32(0, n);
      sent.set(n, performance.now());
      this.#lossy.send(packet("echo", payload));
      await pause(echoEvery);
    }
    await Promise.race([all, pause(echoPatience)]);
    return { rtt: median(times), loss: 1 - times.length / echoes };
  }

  /** Bits a second towards the node, as the node counts them; -1 when it gives no answer. */
  async up(): Promise<number> {
    const samples: Sample[] = [];
    let asked = 0;
    let heard: () => void = () => undefined;
    this.#hear = (topic, payload) => {
      if (topic !== "count") return;
      const { bytes, ms } = JSON.parse(new TextDecoder().decode(payload)) as Sample;
      samples.push({ bytes, ms });
      if (samples.length === asked) heard();
    };
    const ask = () => {
      asked++;
      this.#reliable.send(packet("count", new Uint8Array()));
    };
    const filling = packet("up", crypto.getRandomValues(new Uint8Array(chunk)));
    const until = performance.now() + measureFor;
    let next = 0;
    ask();
    for (let left = most; left > 0 && performance.now() < until && this.alive; left -= filling.length) {
      while (this.#reliable.bufferedAmount > ahead && performance.now() < until) await pause(10);
      this.#reliable.send(filling);
      if (performance.now() < next) continue;
      next = performance.now() + 100;
      ask();
    }
    if (!this.alive) return -1;
    const answered = new Promise<void>((resolve) => (heard = resolve));
    ask();
    await Promise.race([answered, pause(answerPatience)]);
    return samples.length > 1 ? rateOf(samples) : -1;
  }

  /** Bits a second from the node; -1 when nothing comes. */
  async down(): Promise<number> {
    const samples: Sample[] = [];
    let bytes = 0;
    const whole = new Promise<void>((resolve) => {
      this.#hear = (topic, payload) => {
        if (topic !== "down") return;
        samples.push({ ms: performance.now(), bytes });
        bytes += payload.length;
        if (bytes >= most - chunk) resolve();
      };
    });
    this.#reliable.send(packet("down", new Uint8Array()));
    await Promise.race([whole, pause(answerPatience)]);
    return samples.length > 1 ? rateOf([...samples, { ms: performance.now(), bytes }]) : -1;
  }

  get alive(): boolean {
    return this.#reliable.readyState === "open" && this.#lossy.readyState === "open";
  }

  close(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(leaving());
    this.#socket.close();
    this.#pc.close();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Opens one way. It is blocked when the browser has given it up, or after so many milliseconds. */
export function openWay(server: string, token: string, way: Way, patience: number, until: AbortSignal): Promise<Opened> {
  return new Promise((resolve) => {
    let pc: RTCPeerConnection | null = null;
    let to: string[] = [];
    let joined = false;
    const socket = new WebSocket(socketAddress(server, token));
    socket.binaryType = "arraybuffer";
    const end = (how: Opened) => {
      clearTimeout(timer);
      until.removeEventListener("abort", aborted);
      if (how.kind !== "open") {
        socket.close();
        pc?.close();
      }
      resolve(how);
    };
    const shut = () => end(joined ? { kind: "blocked", to } : { kind: "no_socket" });
    const aborted = () => shut();
    const timer = setTimeout(shut, patience);
    until.addEventListener("abort", aborted);
    socket.addEventListener("error", shut);
    socket.addEventListener("close", shut);
    socket.addEventListener("message", ({ data }) => {
      const heard = said(data as ArrayBuffer);
      if (heard.kind === "leave") shut();
      else if (heard.kind === "join") {
        joined = true;
        const relays = relaysFor(way, heard.servers);
        if (isRelay(way) && relays.length === 0) return end({ kind: "absent" });
        to = relays.flatMap((r) => r.urls).map(doorOf);
        pc = connect(relays, isRelay(way), (lossy, reliable) => end({ kind: "open", way: new OpenWay(pc as RTCPeerConnection, socket, lossy, reliable), to }), shut);
        void offer(pc, socket).catch(shut);
      } else if (heard.kind === "answer") {
        const only = onlyOver(way === "tcp" ? "tcp" : "udp", heard.sdp);
        if (only.doors.length === 0) return end({ kind: "absent" });
        if (!isRelay(way)) to = only.doors;
        void pc?.setRemoteDescription({ type: "answer", sdp: only.sdp }).catch(shut);
      }
    });
  });
}

const isRelay = (way: Way): boolean => way !== "udp" && way !== "tcp";

function connect(iceServers: RTCIceServer[], relayOnly: boolean, open: (lossy: RTCDataChannel, reliable: RTCDataChannel) => void, failed: () => void): RTCPeerConnection {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: relayOnly ? "relay" : "all" });
  const lossy = pc.createDataChannel("_lossy", { ordered: false, maxRetransmits: 0 });
  const reliable = pc.createDataChannel("_reliable", { ordered: true });
  for (const channel of [lossy, reliable]) {
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", () => {
      if (lossy.readyState === "open" && reliable.readyState === "open") open(lossy, reliable);
    });
  }
  let candidates = 0;
  pc.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate?.candidate) candidates++;
    else if (candidate === null && relayOnly && candidates === 0) failed(); // no relay let us in
  });
  pc.addEventListener("connectionstatechange", () => {
    if (pc.connectionState === "failed") failed();
  });
  return pc;
}

async function offer(pc: RTCPeerConnection, socket: WebSocket): Promise<void> {
  await pc.setLocalDescription();
  socket.send(offering(pc.localDescription?.sdp ?? ""));
}

// How a check of the network speaks to the media node: the messages of LiveKit's protocol, and the few of ours in its data packets.
import {
  ConnectionSettings,
  ClientInfo,
  DataPacket,
  type ICEServer,
  JoinRequest,
  LeaveRequest,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  UserPacket,
  WrappedJoinRequest,
} from "@livekit/protocol";
import type { Way } from "../lobby/check/verdict.ts";

export type Topic = "echo" | "up" | "count" | "down";

const topics = "parley.check.";

/** The address of the signalling socket: one connection, which this side offers once it is told of the relays. */
export function socketAddress(server: string, token: string): string {
  const join = new JoinRequest({
    clientInfo: new ClientInfo({ protocol: 16 }),
    connectionSettings: new ConnectionSettings({ autoSubscribe: false }),
  });
  const wrapped = new WrappedJoinRequest({ joinRequest: join.toBinary() }).toBinary();
  const packed = btoa(String.fromCharCode(...wrapped)).replaceAll("+", "-").replaceAll("/", "_");
  return `${server}/rtc/v1?${new URLSearchParams({ access_token: token, join_request: packed })}`;
}

/** What the node says, as far as a check cares. */
export type Said = { kind: "join"; servers: ICEServer[] } | { kind: "answer"; sdp: string } | { kind: "leave" } | { kind: "other" };

export function said(frame: ArrayBuffer): Said {
  const { message } = SignalResponse.fromBinary(new Uint8Array(frame));
  switch (message.case) {
    case "join":
      return { kind: "join", servers: message.value.iceServers };
    case "answer":
      return { kind: "answer", sdp: message.value.sdp };
    case "leave":
      return { kind: "leave" };
    default:
      return { kind: "other" };
  }
}

const signal = (message: SignalRequest["message"]) => bytesOf(new SignalRequest({ message }));

const bytesOf = (message: SignalRequest | DataPacket) => message.toBinary() as Uint8Array<ArrayBuffer>;

export const offering = (sdp: string) => signal({ case: "offer", value: new SessionDescription({ type: "offer", sdp, id: 1 }) });

export const leaving = () => signal({ case: "leave", value: new LeaveRequest() });

export const packet = (topic: Topic, payload: Uint8Array) =>
  bytesOf(new DataPacket({ value: { case: "user", value: new UserPacket({ topic: topics + topic, payload: new Uint8Array(payload) }) } }));

/** What is in a data packet; null when it is nothing of a check's. */
export function unpack(frame: ArrayBuffer): { topic: Topic; payload: Uint8Array } | null {
  const { value } = DataPacket.fromBinary(new Uint8Array(frame));
  if (value.case !== "user" || !value.value.topic?.startsWith(topics)) return null;
  return { topic: value.value.topic.slice(topics.length) as Topic, payload: value.value.payload };
}

/** The relays' addresses for one way, with what opens them. Empty for a direct way, and where there is no such relay. */
export function relaysFor(way: Way, servers: readonly ICEServer[]): RTCIceServer[] {
  const wanted = servers.map((s) => ({ urls: s.urls.filter((url) => wayOf(url) === way), username: s.username, credential: s.credential }));
  return wanted.filter((s) => s.urls.length > 0);
}

/** The way that a relay's address stands for (RFC 7065). */
function wayOf(url: string): Way | null {
  if (url.startsWith("turns:")) return "relay_tls";
  if (!url.startsWith("turn:")) return null;
  return /[?&]transport=tcp/.test(url) ? "relay_tcp" : "relay_udp";
}

/** A description of the node that names one kind of door alone, and the doors: address:port. */
export function onlyOver(transport: "udp" | "tcp", sdp: string): { sdp: string; doors: string[] } {
  const doors = new Set<string>();
  const lines = sdp.split("\r\n").filter((line) => {
    const candidate = /^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) /.exec(line);
    if (!candidate) return true;
    const [, over = "", address = "", port = ""] = candidate;
    if (over.toLowerCase() !== transport) return false;
    doors.add(address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);
    return true;
  });
  return { sdp: lines.join("\r\n"), doors: [...doors] };
}

/** turn:203.0.113.7:3478?transport=udp as 203.0.113.7:3478. */
export const doorOf = (url: string): string => url.replace(/^turns?:/, "").replace(/\?.*$/, "");

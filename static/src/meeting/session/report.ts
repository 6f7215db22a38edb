// What one can send to somebody who is to find out why a meeting is not good. No names, no words, no addresses.
import type { Participant, Room, Track } from "livekit-client";
import type { State } from "../state.ts";
import { levelOf } from "../state/quality.ts";

/** The present figures of the page and of every track, as lines to copy. */
export async function reportOf(room: Room | null, state: State, connectMs: number | null): Promise<string> {
  const { stage, microphone, camera } = state;
  const me = state.people.find((p) => p.self)?.identity ?? "";
  const lines = [
    `Parley, ${new Date().toISOString()}`,
    navigator.userAgent,
    `window ${window.innerWidth} × ${window.innerHeight}, ${navigator.hardwareConcurrency} cores, page ${document.visibilityState}`,
    `connection ${state.connection}, join ${connectMs === null ? "not yet" : `${Math.round(connectMs)} ms`}, encryption ${state.encryption}`,
    `${state.people.length} people, ${stage.shares.length} screens, layout ${stage.layout}${stage.soundOnly ? ", sound only" : ""}`,
    `own connection ${levelOf(state.quality, me)}, device ${state.quality.spares ? `spared, step ${state.quality.governor.step} of 4` : "never spared"}`,
    `microphone ${deviceWord(microphone)}, camera ${deviceWord(camera)}, own screen ${stage.own.state}`,
  ];
  if (!room) return lines.join("\n");
  lines.push("sent:", ...(await linesOf(room.localParticipant, "me")));
  let n = 0;
  for (const participant of room.remoteParticipants.values()) {
    n += 1;
    lines.push(`received from ${n} (${participant.connectionQuality}):`, ...(await linesOf(participant, String(n))));
  }
  return lines.join("\n");
}

const deviceWord = ({ on, fault }: State["microphone"]): string => fault ?? (on ? "on" : "off");

async function linesOf(participant: Participant, who: string): Promise<string[]> {
  const lines: string[] = [];
  for (const { track, source, isMuted } of participant.trackPublications.values()) {
    const report = await (track as (Track & { getRTCStatsReport(): Promise<RTCStatsReport | undefined> }) | undefined)?.getRTCStatsReport();
    for (const stats of report?.values() ?? []) {
      const words = wordsOf(stats as Record<string, unknown> & { type: string });
      if (words !== "") lines.push(`  ${who} ${source}${isMuted ? " (off)" : ""} ${words}`);
    }
  }
  return lines;
}

const told: Record<string, readonly string[]> = {
  "inbound-rtp": ["packetsReceived", "packetsLost", "jitter", "frameWidth", "frameHeight", "framesPerSecond", "framesDecoded", "framesDropped", "freezeCount", "totalFreezesDuration", "concealedSamples", "pliCount", "nackCount"],
  "outbound-rtp": ["rid", "active", "packetsSent", "retransmittedPacketsSent", "frameWidth", "frameHeight", "framesPerSecond", "targetBitrate", "qualityLimitationReason", "pliCount", "nackCount"],
  "remote-inbound-rtp": ["rid", "packetsLost", "fractionLost", "roundTripTime", "jitter"],
  "candidate-pair": ["nominated", "state", "currentRoundTripTime", "availableOutgoingBitrate", "availableIncomingBitrate"],
  codec: ["mimeType", "sdpFmtpLine"],
};

function wordsOf(stats: Record<string, unknown> & { type: string }): string {
  const names = told[stats.type];
  if (!names || (stats.type === "candidate-pair" && stats["nominated"] !== true)) return "";
  const parts = names.flatMap((name) => (stats[name] === undefined ? [] : [`${name} ${number(stats[name])}`]));
  return `${stats.type}: ${parts.join(", ")}`;
}

const number = (value: unknown): string => (typeof value === "number" ? String(Math.round(value * 1000) / 1000) : String(value));

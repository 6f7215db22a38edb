import type { Room } from "livekit-client";

/** What parleyStats() tells of one remote track, in demo mode. */
export interface TrackStats {
  identity: string;
  source: string;
  kind: string;
  framesDecoded: number;
  width: number;
  height: number;
  packetsLost: number;
  /** The mean loudness of the last second or more, 0 to 1. */
  audioLevel: number;
}

export interface MeetingStats {
  /** Milliseconds from the click on Join to the node's welcome; null before. */
  connectMs: number | null;
  /** Milliseconds from the click on Join to the first picture of somebody else; null before. */
  firstFrameMs: number | null;
  tracks: TrackStats[];
}

const every = 400;
const windowSeconds = 1.5;

interface Energy {
  at: number;
  energy: number;
  seconds: number;
}

/** Measures the join, and in demo mode every remote track. */
export class Stats {
  readonly #clickedAt: number;
  readonly #energies = new Map<string, Energy[]>();
  #connectMs: number | null = null;
  #firstFrameMs: number | null = null;
  #tracks: TrackStats[] = [];
  #timer: ReturnType<typeof setInterval> | null = null;
  #room: Room | null = null;

  constructor(clickedAt: number) {
    this.#clickedAt = clickedAt;
  }

  connected(): void {
    this.#connectMs ??= performance.now() - this.#clickedAt;
  }

  firstFrame(): void {
    this.#firstFrameMs ??= performance.now() - this.#clickedAt;
  }

  /** Starts measuring tracks; a new room takes the place of the one before. */
  follow(room: Room): void {
    this.#room = room;
    this.#timer ??= setInterval(() => void this.#measure(), every);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#tracks = [];
  }

  read(): MeetingStats {
    return {
      connectMs: this.#connectMs,
      firstFrameMs: this.#firstFrameMs,
      tracks: this.#tracks.map((t) => ({ ...t })),
    };
  }

  async #measure(): Promise<void> {
    const room = this.#room;
    if (!room) return;
    const found: Promise<TrackStats>[] = [];
    for (const participant of room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) {
        const track = publication.track;
        if (!track) continue;
        found.push(
          track.getRTCStatsReport().then((report) => ({
            identity: participant.identity,
            source: publication.source,
            kind: publication.kind,
            ...this.#figures(publication.trackSid, report),
          })),
        );
      }
    }
    this.#tracks = await Promise.all(found);
  }

  #figures(id: string, report: RTCStatsReport | undefined): Omit<TrackStats, "identity" | "source" | "kind"> {
    const none = { framesDecoded: 0, width: 0, height: 0, packetsLost: 0, audioLevel: 0 };
    const inbound = [...(report?.values() ?? [])].find(
      (r: RTCStats) => r.type === "inbound-rtp",
    ) as RTCInboundRtpStreamStats | undefined;
    if (!inbound) return none;
    return {
      framesDecoded: inbound.framesDecoded ?? 0,
      width: inbound.frameWidth ?? 0,
      height: inbound.frameHeight ?? 0,
      packetsLost: inbound.packetsLost ?? 0,
      audioLevel: this.#level(id, inbound),
    };
  }

  /** Loudness from the growth of the energy: a pause between two words does not read as silence. */
  #level(id: string, inbound: RTCInboundRtpStreamStats): number {
    const { totalAudioEnergy: energy, totalSamplesDuration: seconds } = inbound;
    if (energy === undefined || seconds === undefined) return inbound.audioLevel ?? 0;
    const known = this.#energies.get(id) ?? [];
    known.push({ at: inbound.timestamp, energy, seconds });
    while ((known[1]?.at ?? Infinity) < inbound.timestamp - windowSeconds * 1000) known.shift();
    this.#energies.set(id, known);
    const oldest = known[0];
    if (!oldest || seconds <= oldest.seconds) return 0;
    return Math.sqrt((energy - oldest.energy) / (seconds - oldest.seconds));
  }
}

/** Shows the figures to tests and monitors. Nothing else of the page is on window. */
export function expose(stats: Stats): void {
  Object.defineProperty(window, "parleyStats", { value: () => stats.read(), writable: false });
}

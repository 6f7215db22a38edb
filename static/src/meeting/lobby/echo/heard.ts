// What a few seconds of one's own sound say about it. Pure: loudness in, a message id out.

export type Heard = "nothing" | "quiet" | "well" | "loud";

const floor = 0.002; // -54 dB: the noise of a room or of the device
const weak = 0.015; // -36 dB: a voice from far away
const spoken = 3; // looks of a tenth of a second that have to hold a voice

/**
 * What was heard, of looks at the loudness (root mean square, 0 to 1) and of the highest sample of
 * each. A clap or a knock is no voice: several looks have to be loud.
 */
export function heardOf(looks: readonly number[], peaks: readonly number[]): Heard {
  const loudest = [...looks].sort((a, b) => b - a);
  const voice = loudest[spoken - 1] ?? 0;
  if (voice < floor) return "nothing";
  if (voice < weak) return "quiet";
  return peaks.filter((peak) => peak >= 0.99).length > peaks.length / 4 ? "loud" : "well";
}

export const heardSays: Record<Heard, string> = {
  nothing: "meeting.echo.heard.nothing",
  quiet: "meeting.echo.heard.quiet",
  well: "meeting.echo.heard.well",
  loud: "meeting.echo.heard.loud",
};

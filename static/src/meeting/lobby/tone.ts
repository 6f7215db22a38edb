/** Plays two soft notes through the chosen speaker, so that a person hears where sound will come from. */
export async function playTone(speaker: string): Promise<void> {
  const context = new AudioContext();
  try {
    const out = context.createMediaStreamDestination();
    const audio = new Audio();
    audio.srcObject = out.stream;
    // One that is gone leaves the usual one to hear it by.
    if (speaker !== "" && "setSinkId" in audio) await audio.setSinkId(speaker).catch(() => undefined);
    [523.25, 659.25].forEach((pitch, i) => note(context, out, pitch, context.currentTime + 0.05 + i * 0.22));
    await audio.play();
    await new Promise((resolve) => setTimeout(resolve, 900));
    audio.pause();
  } finally {
    await context.close();
  }
}

function note(context: AudioContext, out: AudioNode, pitch: number, at: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = pitch;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.2, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
  oscillator.connect(gain).connect(out);
  oscillator.start(at);
  oscillator.stop(at + 0.42);
}

import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser } from "@playwright/test";
import { Box } from "./box";
import { launchOptions } from "./chromium";
import { freePort } from "./ports";
import { ParleyServer } from "./server";

/** A Parley behind a box, which it is told of as the address that people know. */
export interface BehindBox {
  parley: ParleyServer;
  box: Box;
  turn: number;
  turnTLS: number;
  /** Trusts the certificate of its TURN server. */
  browser: Browser;
  stop: () => Promise<void>;
}

/** Starts a Parley whose ports can be blocked, with TURN over UDP, TCP and TLS; with a name for the TURN server, over TLS alone. */
export async function behindBox(side: string, turnHost = ""): Promise<BehindBox> {
  const [turn, turnTLS] = [await freePort(), await freePort()];
  const flags = ["--node-ip", `${side}/127.0.0.1`, "--turn-tls-port", String(turnTLS)];
  flags.push(...(turnHost ? ["--turn-host", turnHost] : ["--turn-port", String(turn)])); // the name leads past the box: TLS is all there is
  const parley = await ParleyServer.start({ host: side, flags });
  const box = await Box.open({ udp: [parley.mediaPort, turn], tcp: [parley.mediaPort, turn, turnTLS, parley.port] }, side);
  const certificate = new X509Certificate(await readFile(join(parley.data, "turn.crt")));
  const pin = createHash("sha256").update(certificate.publicKey.export({ type: "spki", format: "der" })).digest("base64");
  const options = launchOptions();
  const browser = await chromium.launch({ ...options, args: [...(options.args ?? []), `--ignore-certificate-errors-spki-list=${pin}`] });
  const stop = async () => {
    await browser.close();
    await box.close();
    await parley.stop();
  };
  return { parley, box, turn, turnTLS, browser, stop };
}

/** Leaves one way to the media open: of two that work, a busy browser takes the one that answers first. */
export function only({ parley, box, turn, turnTLS }: Omit<BehindBox, "browser" | "stop">, open: { udp?: number; tcp?: number }): void {
  box.blocked.udp = new Set([parley.mediaPort, turn].filter((port) => port !== open.udp));
  box.blocked.tcp = new Set([parley.mediaPort, turn, turnTLS].filter((port) => port !== open.tcp));
}

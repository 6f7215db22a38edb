import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { until } from "./until";

/**
 * Below what the system hands out by itself: between our look and a server's start no browser, no box and no
 * other probe can be given the port, as it happened with ports that the system had chosen.
 */
const ceiling = (() => {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/)[0]);
  } catch {
    return 32_768; // not Linux; theirs begin higher
  }
})();

const span = Math.max(0, Math.min(12_000, ceiling - 2048));

/** Where we are in the range; two runs on one machine begin at different places. */
let next = span > 0 ? process.pid % span : 0;

/** A port for one of our servers: nobody holds it on any address, for TCP or UDP, and it is given once. */
export function freePort(): Promise<number> {
  return until("a port that nobody holds", async () => {
    const port = ceiling - 1 - next;
    next = (next + 1) % span;
    return (await freeForTCP(port)) && (await freeForUDP(port)) ? port : null;
  });
}

const freeForTCP = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "0.0.0.0", exclusive: true }, () => probe.close(() => resolve(true)));
  });

const freeForUDP = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createSocket("udp4");
    probe.once("error", () => resolve(false));
    probe.bind({ port, address: "0.0.0.0", exclusive: true }, () => probe.close(() => resolve(true)));
  });

import { createSocket, type Socket as Datagrams } from "node:dgram";
import { connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";

/** Where the far side of the box is: this machine too, by an address that no server listens on. */
export const farSide = "127.0.0.2";

/** An address of this machine that is not loopback, for who makes no connections to that. */
export function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal);
  if (!found) throw new Error("this machine has no IPv4 address but loopback");
  return found.address;
}

/** What stands between people and a server, as a firewall and a NAT do: it passes packets on from its own address to the same port of 127.0.0.1. */
export class Box {
  /** Ports that nothing passes to. */
  blocked = { udp: new Set<number>(), tcp: new Set<number>() };
  /** One in so many packets of media is lost, either way; 0 for none. */
  losesOneIn = 0;
  private media = 0;
  private cutting = false;
  private readonly inlets: Datagrams[] = [];
  private readonly outlets = new Map<string, Datagrams>();
  private readonly servers: Server[] = [];
  private readonly streams = new Set<Socket>();

  private constructor(private readonly side: string) {}

  /** Opens the ports on that address. */
  static async open(ports: { udp: number[]; tcp: number[] }, side: string): Promise<Box> {
    const box = new Box(side);
    for (const port of ports.udp) await box.passDatagrams(port);
    for (const port of ports.tcp) await box.passStreams(port);
    return box;
  }

  private async passDatagrams(port: number): Promise<void> {
    const inlet = createSocket("udp4");
    inlet.on("message", (packet, from) => {
      if (this.cutting || this.blocked.udp.has(port) || this.loses(packet)) return;
      const key = `${from.address}:${from.port}>${port}`;
      let outlet = this.outlets.get(key);
      if (!outlet) {
        outlet = createSocket("udp4");
        outlet.on("message", (back) => {
          if (!this.cutting && !this.blocked.udp.has(port) && !this.loses(back)) inlet.send(back, from.port, from.address);
        });
        outlet.on("error", () => undefined);
        this.outlets.set(key, outlet);
      }
      outlet.send(packet, port, "127.0.0.1");
    });
    await new Promise<void>((resolve, reject) => {
      inlet.once("error", reject);
      inlet.bind(port, this.side, resolve);
    });
    this.inlets.push(inlet);
  }

  /** Whether this packet is one that gets lost: RTP and RTCP alone (RFC 7983, section 7), so that every connection comes about. */
  private loses(packet: Buffer): boolean {
    const first = packet[0] ?? 0;
    return this.losesOneIn > 0 && first >= 128 && first <= 191 && ++this.media % this.losesOneIn === 0;
  }

  private async passStreams(port: number): Promise<void> {
    const server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.streams.delete(one);
          other.destroy();
        });
        this.streams.add(one);
      }
      if (this.blocked.tcp.has(port)) {
        near.destroy();
        return;
      }
      near.pipe(far).pipe(near);
      if (this.cutting) for (const end of [near, far]) end.pause();
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, this.side, resolve);
    });
    this.servers.push(server);
  }

  /** Nothing passes any more, in either direction, and nobody is told. */
  cut(): void {
    this.cutting = true;
    for (const end of this.streams) end.pause();
  }

  /** Datagrams leave from other ports from now on, as when a NAT has forgotten who was who. */
  rebind(): void {
    for (const outlet of this.outlets.values()) outlet.close();
    this.outlets.clear();
  }

  /** Lets everything through again, as a NAT does that has started anew: from other ports, and with no memory of connections. */
  restart(): void {
    this.rebind();
    for (const end of this.streams) end.destroy();
    this.cutting = false;
  }

  async close(): Promise<void> {
    this.restart();
    for (const inlet of this.inlets) inlet.close();
    for (const server of this.servers) await new Promise((resolve) => server.close(resolve));
  }
}

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "./paths";
import { freePort } from "./ports";
import { until } from "./until";

export interface ServerOptions {
  /** postgres://… or nothing for SQLite in the data folder. */
  database?: string;
  /** An existing data folder to start on; a fresh one otherwise, taken away at the end. */
  data?: string;
  /** The host by which people know it, when that is not localhost. */
  host?: string;
  /** Further flags of `parley serve`. */
  flags?: string[];
  /** How often to ask whether it is ready, in ms. */
  pollEvery?: number;
}

/** `parley serve --demo` as a process of its own, on free ports and its own data folder. */
export class ParleyServer {
  readonly url: string;
  private output = "";
  private process: ChildProcess;
  private ended: Promise<number | string>;

  private constructor(
    private readonly args: string[],
    readonly port: number,
    readonly data: string,
    private readonly ownsData: boolean,
    readonly database: string | undefined,
    readonly mediaPort: number,
  ) {
    this.url = `http://localhost:${port}`;
    [this.process, this.ended] = this.launch();
  }

  static async start(options: ServerOptions = {}): Promise<ParleyServer> {
    const data = options.data ?? (await mkdtemp(join(tmpdir(), "parley-e2e-")));
    const [port, mediaPort] = [await freePort(), await freePort()];
    const args = ["serve", "--demo", "--listen", `127.0.0.1:${port}`, "--media-port", String(mediaPort), "--data", data];
    if (options.database) args.push("--database", options.database);
    if (options.host) args.push("--base-url", `http://${options.host}:${port}`);
    const server = new ParleyServer([...args, ...(options.flags ?? [])], port, data, options.data === undefined, options.database, mediaPort);
    try {
      await server.ready(options.pollEvery);
    } catch (error) {
      await server.kill();
      throw new Error(`${(error as Error).message}\n${server.log}`);
    }
    return server;
  }

  private launch(): [ChildProcess, Promise<number | string>] {
    const child = spawn(binary, this.args, { stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    return [child, new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal ?? "gone")))];
  }

  /** What the process has written so far. */
  get log(): string {
    return this.output;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  private async ready(every = 50): Promise<void> {
    await until(
      "parley to be ready",
      async () => {
        if (this.process.exitCode !== null) throw new Error(`parley ended with ${this.process.exitCode}`);
        const answer = await fetch(`${this.url}/readyz`).catch(() => null);
        return answer?.status === 200;
      },
      120_000,
      every,
    );
  }

  /** Runs `parley admin …` on this server's data while it serves, and gives what it printed. */
  admin(...args: string[]): Promise<string> {
    return this.run("admin", ...args);
  }

  /** Makes one organization up, with a year of meetings, and gives its owner's address and password. */
  async seed(people: number, meetings: number): Promise<{ email: string; password: string }> {
    const said = await this.run("seed", "--demo", "--force", "--organizations", "1", "--people", String(people), "--meetings", String(meetings));
    const [, password = "", email = ""] = /password is "([^"]+)".*: (\S+@\S+)/.exec(said) ?? [];
    return { email, password };
  }

  private run(...args: string[]): Promise<string> {
    const where = ["--data", this.data, ...(this.database ? ["--database", this.database] : [])];
    return new Promise((resolve, reject) => {
      execFile(binary, [...args, ...where], { env: { ...process.env, PARLEY_LISTEN: `127.0.0.1:${this.port}` } }, (err, stdout, stderr) => {
        if (err) reject(new Error(`parley ${args.join(" ")}: ${err.message}\n${stdout}${stderr}`));
        else resolve(stdout);
      });
    });
  }

  /** Whether a text stands in any file of the data folder, as it is. */
  async keeps(text: string): Promise<boolean> {
    const files = (await readdir(this.data, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const found = files.map(async ({ parentPath, name }) => (await readFile(join(parentPath, name))).includes(text));
    return (await Promise.all(found)).some(Boolean);
  }

  /** Asks it to stop as an init system would, and insists on exit status 0. */
  async stop(): Promise<void> {
    this.process.kill("SIGTERM");
    const late = setTimeout(() => this.process.kill("SIGKILL"), 40_000);
    const end = await this.ended;
    clearTimeout(late);
    if (this.ownsData) await rm(this.data, { recursive: true, force: true });
    if (end !== 0) throw new Error(`parley ended with ${end} after SIGTERM:\n${this.output.slice(-4000)}`);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  /** Starts it again in its old place, after kill. */
  async startAgain(): Promise<void> {
    [this.process, this.ended] = this.launch();
    await this.ready();
  }
}

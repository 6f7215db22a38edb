import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until";

/** A PostgreSQL of the tests' own: a Unix socket in a folder that goes away, no TCP port, no fsync. */
export class Postgres {
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly bin: string,
    private readonly process: ChildProcess,
    private readonly as: { uid?: number; gid?: number },
  ) {}

  static async start(): Promise<Postgres> {
    const bin = await binaries();
    const folder = await mkdtemp(join(tmpdir(), "parley-pg-"));
    const as = account();
    if (as.uid !== undefined && as.gid !== undefined) await chown(folder, as.uid, as.gid);
    const data = join(folder, "data");
    await command(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], as);
    const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off", "synchronous_commit=off", "full_page_writes=off"];
    const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
    const process = spawn(join(bin, "postgres"), args, { ...as, cwd: folder, stdio: "ignore" });
    const postgres = new Postgres(folder, bin, process, as);
    await until("PostgreSQL to answer", () => postgres.sql("select 1").then(() => true, () => false));
    return postgres;
  }

  private sql(text: string): Promise<string> {
    return command(join(this.bin, "psql"), ["-h", this.folder, "-U", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", text, "postgres"], this.as);
  }

  /** A fresh, empty database; the result is its address. */
  async database(): Promise<string> {
    const name = `parley_${++this.databases}`;
    await this.sql(`create database ${name}`);
    return `postgres://postgres@/${name}?host=${encodeURIComponent(this.folder)}&sslmode=disable`;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGINT"); // fast shutdown
    await gone;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Where initdb and postgres are: the newest version in Debian's folder, else wherever pg_config says. */
async function binaries(): Promise<string> {
  const versions = (await readdir("/usr/lib/postgresql").catch(() => [])).sort((a, b) => Number(b) - Number(a));
  if (versions[0]) return join("/usr/lib/postgresql", versions[0], "bin");
  return execFileSync("pg_config", ["--bindir"], { encoding: "utf8" }).trim();
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string) => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function command(path: string, args: string[], as: { uid?: number; gid?: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, args, { ...as, cwd: tmpdir() }, (err, stdout, stderr) => (err ? reject(new Error(`${path}: ${err.message}\n${stderr}`)) : resolve(stdout)));
  });
}

import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds, type Row } from "./table";

/** Builds a clone of what is committed, in a folder of its own, with a Go build cache of its own. */
export async function measureBuilds(root: string): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "parley-build-"));
  try {
    const clone = join(folder, "parley");
    execFileSync("git", ["clone", "--quiet", root, clone]);
    const build = () => {
      const begun = performance.now();
      execFileSync("make", ["build"], { cwd: clone, env: { ...process.env, GOCACHE: join(folder, "cache"), MAKEFLAGS: "" }, stdio: "ignore" });
      return seconds(performance.now() - begun);
    };
    const cold = build();
    const changed = join(clone, "app", "routes.go");
    await appendFile(changed, "\nvar _ = 0 // changed for this measurement\n");
    const later = new Date(Date.now() + 50); // file times tick slower than a build that has just ended
    await utimes(changed, later, later);
    const warm = build();
    return [{ "make build": "time", cold, warm, again: build() }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Runs the client's tests that need no browser: bundles static/src/**/*.test.ts and hands them to node --test.
//
//   node static/test.mjs
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const src = join(dirname(fileURLToPath(import.meta.url)), "src");
const tests = (await readdir(src, { recursive: true })).filter((name) => name.endsWith(".test.ts"));
if (tests.length === 0) throw new Error("no tests found under static/src");

const out = await mkdtemp(join(tmpdir(), "parley-client-test-"));
try {
  await esbuild.build({
    entryPoints: tests.map((name) => join(src, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    loader: { ".tsv": "text" },
    logLevel: "warning",
  });
  const built = (await readdir(out, { recursive: true })).filter((name) => name.endsWith(".mjs"));
  const run = spawnSync(
    process.execPath,
    ["--enable-source-maps", "--test", ...built.map((name) => join(out, name))],
    { stdio: "inherit" },
  );
  process.exitCode = run.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}

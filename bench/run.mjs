// make bench: bundles bench/main.ts for Node and runs it.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "bench", "results");
await mkdir(out, { recursive: true });
await esbuild.build({
  entryPoints: [join(root, "bench", "main.ts")],
  outfile: join(out, "main.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
const { main } = await import(pathToFileURL(join(out, "main.mjs")).href);
await main(root);

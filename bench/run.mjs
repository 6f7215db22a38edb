// Bundles a program of this folder for Node and runs it: node bench/run.mjs [main|frames].
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const name = process.argv[2] ?? "main";
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "bench", "results");
await mkdir(out, { recursive: true });
await esbuild.build({
  entryPoints: [join(root, "bench", `${name}.ts`)],
  outfile: join(out, `${name}.mjs`),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
const { main } = await import(pathToFileURL(join(out, `${name}.mjs`)).href);
await main(root);

// Bundles the pages' scripts and styles into static/dist, which the binary embeds.
//
//   node static/build.mjs           one build, minified, with .br and .gz beside text files
//   node static/build.mjs --watch   rebuilds on every change, without compression, with source maps
//
// Every file carries the hash of its content in its name, so it can be cached for good.
// dist/manifest.json maps the names that pages use (site.css, meeting.js, img/…) to those files.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const src = join(here, "src");
const dist = join(here, "dist");
const images = join(src, "img");
const keep = ".gitkeep";

/** What pages may ask for, and the file each is built from. */
const entries = {
  "site.css": "css/site.css",
  "meeting.css": "css/meeting.css",
  "site.js": "site.ts",
  "ads.js": "ads/main.ts",
  "profile.js": "profile/main.ts",
  "usage.js": "usage/main.ts",
  "network.js": "network/main.ts",
  "meeting.js": "meeting/main.ts",
  "encryption.js": "meeting/encryption/worker.ts",
};

/** The most that a meeting may weigh on the wire, script and style together. */
const meetingBudget = 350 * 1024;

const textual = new Set([".css", ".js", ".svg", ".json", ".map", ".txt"]);

const watching = process.argv.includes("--watch");

/** Fails with the whole list when a source file is not there. */
function checkSources() {
  const missing = Object.values(entries).filter((file) => !existsSync(join(src, file)));
  if (missing.length > 0) {
    const list = missing.map((file) => `  static/src/${file}`).join("\n");
    throw new Error(`cannot build the pages' files, these are missing:\n${list}`);
  }
}

async function* filesUnder(folder) {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

/** dist/site-ABCD.js, as pages name it: with slashes and without the folder. */
const nameIn = (folder, path) => relative(folder, path).split(sep).join("/");

/** Pictures keep their folder and get the hash of their content into their name. */
async function hashedImages() {
  const found = [];
  for await (const path of filesUnder(images)) {
    const contents = await readFile(path);
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
    const name = `img/${nameIn(images, path)}`;
    const ext = extname(name);
    found.push({ name, file: `${name.slice(0, -ext.length)}-${hash}${ext}`, contents });
  }
  return found;
}

/** The manifest's lines for what esbuild made: entry points by their name, fonts as font/<name>. */
function bundledNames(metafile) {
  const names = {};
  for (const [output, about] of Object.entries(metafile.outputs)) {
    const file = nameIn(dist, join(here, "..", output));
    const inputs = Object.keys(about.inputs);
    if (about.entryPoint) {
      const entry = nameIn(src, join(here, "..", about.entryPoint));
      const name = Object.keys(entries).find((key) => entries[key] === entry);
      if (name) names[name] = file;
    } else if (file.endsWith(".woff2") && inputs.length === 1) {
      names[`font/${basename(inputs[0])}`] = file;
    }
  }
  return names;
}

async function write(file, contents) {
  const path = join(dist, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Writes the file, and beside it what a browser can take compressed when that is smaller. */
async function emit(file, contents, written) {
  await write(file, contents);
  written.set(file, contents.length);
  if (watching || !textual.has(extname(file))) return;
  const squeezed = [
    [`${file}.br`, await brotli(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
    [`${file}.gz`, await gzipped(contents, { level: 9 })],
  ];
  for (const [name, bytes] of squeezed) {
    if (bytes.length >= contents.length) continue;
    await write(name, bytes);
    written.set(name, bytes.length);
  }
}

/** Takes away what an earlier build left. The new files are in place before that. */
async function sweep(written) {
  for await (const path of filesUnder(dist)) {
    const name = nameIn(dist, path);
    if (name !== keep && !written.has(name)) await rm(path);
  }
}

/** Everything one entry point needs, itself and the chunks it imports. */
function closure(metafile, name) {
  const outputs = metafile.outputs;
  const start = Object.keys(outputs).find((o) => outputs[o].entryPoint?.endsWith(entries[name]));
  const seen = new Set();
  const visit = (output) => {
    if (seen.has(output)) return;
    seen.add(output);
    for (const i of outputs[output].imports) if (i.kind === "import-statement") visit(i.path);
  };
  visit(start);
  return [...seen].map((output) => nameIn(dist, join(here, "..", output)));
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`.padStart(9);

/** Says what travels, and stops the build when the meeting has grown too heavy. */
function report(metafile, written) {
  const travels = (file) => written.get(`${file}.br`) ?? written.get(file);
  const total = (name) => closure(metafile, name).reduce((sum, file) => sum + travels(file), 0);
  console.log("on the wire (brotli):");
  for (const name of Object.keys(entries)) console.log(`  ${kilobytes(total(name))}  ${name}`);
  const meeting = total("meeting.js") + total("meeting.css");
  console.log(`  ${kilobytes(meeting)}  the meeting in total, of at most ${kilobytes(meetingBudget).trim()}`);
  if (meeting > meetingBudget) throw new Error("the meeting is heavier than it may be");
}

async function finish(result) {
  const written = new Map();
  const manifest = bundledNames(result.metafile);
  for (const file of result.outputFiles) {
    await emit(nameIn(dist, file.path), Buffer.from(file.contents), written);
  }
  for (const image of await hashedImages()) {
    await emit(image.file, image.contents, written);
    manifest[image.name] = image.file;
  }
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  await write("manifest.json", `${JSON.stringify(sorted, null, 2)}\n`);
  written.set("manifest.json", 0);
  await sweep(written);
  if (watching) console.log(`built ${Object.keys(sorted).length} names`);
  else report(result.metafile, written);
}

const options = {
  absWorkingDir: join(here, ".."),
  entryPoints: Object.values(entries).map((file) => join(src, file)),
  outdir: dist,
  outbase: src,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "font/[name]-[hash]",
  bundle: true,
  format: "esm",
  splitting: true,
  target: ["chrome110", "firefox115", "safari16.4"],
  minify: !watching,
  sourcemap: watching ? "linked" : false,
  legalComments: "eof",
  charset: "utf8",
  metafile: true,
  write: false,
  logLevel: "warning",
  loader: { ".woff2": "file", ".woff": "empty", ".svg": "file", ".tsv": "text" },
};

/** Reports a failed build and goes on watching. */
const finishing = {
  name: "finish",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      await finish(result).catch((err) => console.error(err.message));
    });
  },
};

try {
  checkSources();
  if (watching) {
    const context = await esbuild.context({ ...options, plugins: [finishing] });
    await context.watch();
  } else {
    await finish(await esbuild.build(options));
  }
} catch (err) {
  console.error(err.errors ? "the pages' files did not build" : err.message);
  process.exitCode = 1;
}

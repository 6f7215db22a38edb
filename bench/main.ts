import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { measureBuilds } from "./builds";
import { measureJoins } from "./joins";
import { measureStart } from "./start";
import { table, type Row } from "./table";
import { measureWeights } from "./weights";
import { launchOptions } from "../e2e/lib/chromium";

/** Measures, prints, and writes docs/benchmarks.md. */
export async function main(root: string): Promise<void> {
  const load = loadavg()[1] ?? 0; // of five minutes, before we add to it
  const browser = await chromium.launch(launchOptions());
  const sections: { title: string; text: string; rows: Row[] }[] = [];
  const add = (title: string, text: string, rows: Row[]) => {
    sections.push({ title, text, rows });
    console.log(`\n${title}\n${table(rows)}`);
  };
  const chromiumVersion = browser.version();
  try {
    add("Joining", "From the click on *Join* to the first frame of the other person, who is already there. Server and both browsers share the machine; a fresh browser context each time.", await measureJoins(browser, 20));
    add("Page weights", "Everything that a first visit transfers, compressed, headers included: page, styles, scripts, fonts, pictures. Bars: 100 kB a page without the meeting client, 350 kB for the meeting's script and style.", await measureWeights(browser));
  } finally {
    await browser.close();
  }
  add("Start and memory", "`parley serve --demo` on an existing data folder, from the start of the process until `/readyz` answers 200; memory is the resident size after 10 quiet seconds. Bar: 1 s.", await measureStart(7));
  add("Build", "`make build` in a fresh clone. Cold: no Go build cache; module and npm downloads were there already. Warm: one Go file changed. Again: nothing changed.", await measureBuilds(root));
  const file = join(root, "docs", "benchmarks.md");
  const kept = (await readFile(file, "utf8")).match(/<!-- (\w+) -->[^]*?<!-- \/\1 -->/g) ?? []; // what `make bench-web` wrote, and profiles
  await writeFile(file, page(sections, chromiumVersion, load) + kept.map((part) => `\n${part}\n`).join(""));
  console.log("\nwritten to docs/benchmarks.md");
}

function page(sections: { title: string; text: string; rows: Row[] }[], chromiumVersion: string, load: number): string {
  const go = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
  const processor = (cpus()[0]?.model ?? "").trim() || process.arch;
  const machine = `${cpus().length} cores (${processor}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${go}, Node ${process.versions.node}, Chromium ${chromiumVersion}`;
  return [
    "# Measurements",
    "",
    "The media node, beside LiveKit: [benchmarks-media.md](benchmarks-media.md). Where the first picture's time goes: [first-frame.md](first-frame.md).",
    "",
    `Written by \`make bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. Load average before: ${load.toFixed(1)}; above 1, others were at work and times are longer than they need to be. Weights are exact.`,
    ...sections.flatMap((s) => ["", `## ${s.title}`, "", s.text, "", table(s.rows)]),
    "",
  ].join("\n");
}

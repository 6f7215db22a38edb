// make dev: runs the demo, and builds and starts it again whenever a source file changes.
// Everything after the script's name is handed to `parley serve`.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders = ["app", "billing", "cmd", "migrations", "sfu", "static/src", "tenants", "views"];
const quiet = 200; // ms without a change before a build starts: editors write in bursts

const isSource = (name) => /\.(go|templ|ts|css|svg|sql|toml)$/.test(name) && !/_test\.go$|\.test\.ts$|_templ\.go$/.test(name);

/** Runs a command to its end and says whether it went well. */
const run = (command, args) =>
  new Promise((resolve) => {
    spawn(command, args, { cwd: root, stdio: "inherit" }).on("exit", (code) => resolve(code === 0));
  });

let server;
let stopping = false;

async function stop() {
  if (!server || server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await gone;
}

function start() {
  server = spawn("bin/parley", ["serve", "--demo", "--data", "./data", "--drain", "2s", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
}

let timer;
let building = false;
let again = false;
let templates = false;

async function rebuild() {
  if (building) {
    again = true;
    return;
  }
  building = true;
  const made = (!templates || (await run("make", ["generate"]))) && (await run("make", ["build"]));
  templates = false;
  if (made && !stopping) {
    await stop();
    start();
  }
  building = false;
  if (again) {
    again = false;
    await rebuild();
  }
}

for (const folder of folders) {
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (!name || !isSource(name)) return;
    templates ||= name.endsWith(".templ");
    clearTimeout(timer);
    timer = setTimeout(rebuild, quiet);
  });
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, async () => {
    stopping = true;
    await stop();
    process.exit(0);
  });
}

start();

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ParleyServer } from "../e2e/lib/server";
import { megabytes, ms, percentile, type Row } from "./table";

/** Starts on a folder that an earlier start has filled. */
export async function measureStart(times: number): Promise<Row[]> {
  const data = await mkdtemp(join(tmpdir(), "parley-bench-"));
  try {
    await (await ParleyServer.start({ data })).stop();
    const ready: number[] = [];
    let memory = 0;
    for (let i = 0; i < times; i++) {
      const begun = performance.now();
      const server = await ParleyServer.start({ data, pollEvery: 5 });
      ready.push(performance.now() - begun);
      if (i === times - 1) {
        await pause(10_000); // idle: start-up's garbage is collected by then
        memory = await resident(server.pid);
      }
      await server.stop();
    }
    return [{ [`${times} starts`]: "ready", median: ms(percentile(ready, 0.5)), slowest: ms(Math.max(...ready)), "idle memory": megabytes(memory) }];
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

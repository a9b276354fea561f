import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../gateway/clock.ts";
import { evidenceWriter } from "../gateway/store/evidence-writer.ts";
import { NO_COUNTS, nothingOf } from "../gateway/store/increments.ts";
import { sqliteStore } from "../gateway/store/sqlite.ts";

/**
 * How much evidence a SIGKILL costs: a process counts a pair every few milliseconds, is killed at a random moment, and what the
 * file has is compared with what it had counted. Prints, for each kill, how far back the newest stored pair lies.
 */

const KILLS = 15;
const PAIR_EVERY_MS = 2;
const KEY = {
  routeId: "a",
  candidate: "function",
  functionVersion: "1",
  legacyBuild: "",
  rulesDigest: "",
  environment: "",
} as const;

const [, , file] = process.argv;
if (file === undefined) await killAgainAndAgain();
else await count(file);

/** Counts until it is killed, and says when it counted what. */
async function count(path: string): Promise<void> {
  const store = sqliteStore({ file: path });
  const days = 24 * 60 * 60 * 1000;
  const writer = evidenceWriter(store, {
    clock: systemClock,
    retention: { countsForMs: days, samplesForMs: days, samplesMaxBytes: 1024 * 1024 },
    onLost: (reason) => console.error(reason),
    onTrouble: (problem) => problem !== null && console.error(problem),
  });
  for (let pairs = 1; ; pairs++) {
    const now = Date.now();
    const counts = { ...NO_COUNTS, compared: 1, matched: 1 };
    writer.record({ ...nothingOf(KEY, now), counts, firstAt: now, lastAt: now }, null);
    process.stdout.write(`${pairs} ${now}\n`);
    await pause(PAIR_EVERY_MS);
  }
}

async function killAgainAndAgain(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "banyan-kills-"));
  const path = join(folder, "evidence.db");
  const lost: { pairs: number; ms: number }[] = [];
  let before = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [import.meta.filename, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let [pairs, at] = [0, 0];
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      [pairs, at] = line.split(" ").map(Number) as [number, number];
    });
    await once(lines, "line");
    await pause(2_500 + Math.random() * 2_000);
    child.kill("SIGKILL");
    await once(child, "close");
    const store = sqliteStore({ file: path });
    await store.start();
    const [summary] = await store.summaries({});
    await store.close();
    const stored = summary?.counts.compared ?? 0;
    lost.push({ pairs: before + pairs - stored, ms: at - (summary?.lastAt ?? 0) });
    before = stored;
  }
  rmSync(folder, { recursive: true, force: true });
  const worst = lost.toSorted((a, b) => b.ms - a.ms)[0]!;
  const median = lost.toSorted((a, b) => a.ms - b.ms)[KILLS >> 1]!;
  console.log(
    `${KILLS} kills: of the newest pairs a median of ${median.ms} ms was lost, ${worst.ms} ms at most`,
  );
}

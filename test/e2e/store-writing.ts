import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { StoreError, type Batch, type EvidenceStore } from "../../gateway/store/evidence-store.ts";
import { postgresStore } from "../../gateway/store/postgres.ts";
import { sqliteStore } from "../../gateway/store/sqlite.ts";
import { AT, filed, increment, KEY } from "../contract/evidence-store-examples.ts";

/** A process that writes one batch after the other and says so, until its input ends or it is killed. */

export type Place = { readonly file: string } | { readonly url: string; readonly schema: string };
const ROUTES = ["a", "b", "c"];

/** The batch of an id: one pair of each of three routes, and one sample. */
export function batchNamed(id: string): Batch {
  const groups = ROUTES.map((at) => ({
    at,
    kind: "value" as const,
    pairs: 1,
    ignoredPairs: 0,
    example: null,
  }));
  const increments = ROUTES.map((routeId) => increment({ key: { ...KEY, routeId }, groups }));
  return { id, at: AT, increments, samples: [filed({ id: `sample of ${id}` })] };
}

export function storeAt(place: Place): EvidenceStore {
  return "file" in place ? sqliteStore(place) : postgresStore(place);
}

/** Batches as all tables have them: pairs of each route, pairs of each group, samples. All are the same or one is half. */
export async function batchesIn(store: EvidenceStore): Promise<Set<number>> {
  const summaries = await store.summaries({});
  const counts = summaries.flatMap(({ counts: { compared }, groups }) => [
    compared,
    ...groups.map(({ pairs }) => pairs),
  ]);
  return new Set(summaries.length === 0 ? [0] : counts);
}

export interface Writing {
  /** Ids of batches that it began to write, and of those that it was told are written. */
  readonly tried: Set<string>;
  readonly written: Set<string>;
  kill(): Promise<void>;
  /** Lets it write what it has begun. */
  finish(): Promise<void>;
}

export function startWriting(place: Place): Writing {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(place)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [tried, written] = [new Set<string>(), new Set<string>()];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const [what, id] = line.split(" ");
    if (what === "try") tried.add(id!);
    if (what === "ack") written.add(id!);
  });
  const ended = Promise.all([once(child, "exit"), once(lines, "close")]);
  return {
    tried,
    written,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async finish() {
      child.stdin.end();
      await ended;
    },
  };
}

async function write(place: Place): Promise<void> {
  const input = new AbortController();
  process.stdin.on("end", () => input.abort()).resume();
  const store = storeAt(place);
  await store.start();
  while (!input.signal.aborted) {
    const id = randomUUID();
    writeSync(1, `try ${id}\n`);
    await persistently(() => store.append(batchNamed(id)));
    writeSync(1, `ack ${id}\n`);
  }
  await store.close();
  process.stdin.destroy();
}

async function persistently(work: () => Promise<void>): Promise<void> {
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError && error.mayPass)) throw error;
      await pause(20);
    }
  }
}

if (import.meta.main) await write(JSON.parse(process.argv[2]!) as Place);

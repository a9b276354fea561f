import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import type { AuditIntent } from "../../../gateway/audit/audit-log.ts";
import { headFileOf } from "../../../gateway/audit/head-file.ts";
import { ended, intended } from "../../../gateway/audit/record.ts";
import { GENESIS, seal, type ChainHead } from "../../../gateway/audit/sealed-line.ts";

export const AT = Date.UTC(2027, 0, 31, 12);
export const GATEWAY = { host: "box", pid: 7, instance: "one" };

export const INTENT: AuditIntent = {
  by: "ann@desk",
  via: { channel: "cli", remote: null },
  action: "flip",
  moves: [
    { route: "get-order", from: { stage: "shadow", percent: null }, to: { stage: "canary", percent: 5 } },
  ],
  flagVersion: "41",
  reason: "no mismatches in a week",
  evidence: { samples: 12_480, mismatches: 0 },
};

/** A folder that goes away by itself, and the log's place in it. */
export async function logFolder() {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  return {
    path: join(folder, "data", "audit.ndjson"),
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The lines of a good log: changes that were made, a second apart; `count` records. */
export function* sampleLines(count: number): Generator<{ line: string; head: ChainHead }> {
  let head: ChainHead = GENESIS;
  for (let seq = 1; seq <= count; seq += 1) {
    const id = `change-${Math.ceil(seq / 2)}`;
    const content =
      seq % 2 === 1 ? intended(id, INTENT) : ended(id, { kind: "made", flagVersion: `${seq}`, notes: [] });
    const at = new Date(AT + seq * 1000).toISOString();
    const sealed = seal({ seq, at, gateway: GATEWAY, prev: head.hash }, content);
    yield sealed;
    ({ head } = sealed);
  }
}

/** Writes a good log with its head file, however long, and resolves with its head. */
export async function writeSample(path: string, count: number): Promise<ChainHead> {
  const file = createWriteStream(path);
  let newest: ChainHead = GENESIS;
  for (const { line, head } of sampleLines(count)) {
    newest = head;
    if (!file.write(`${line}\n`)) await new Promise((done) => file.once("drain", () => done(null)));
  }
  file.end();
  await finished(file);
  await writeFile(headFileOf(path), JSON.stringify(newest));
  return newest;
}

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileAudit } from "../../gateway/audit/file-audit.ts";
import { headFileOf } from "../../gateway/audit/head-file.ts";
import { verifyAudit } from "../../gateway/audit/verify.ts";
import { INTENT, logFolder, sampleLines, writeSample } from "../unit/audit/sample-log.ts";
import { containing } from "../unit/cli/text-matchers.ts";

/** The audit log between processes: together, killed, on a full disk, and very long. */

const APPENDER = resolve(import.meta.dirname, "../unit/audit/appender.ts");
const VERIFIER = resolve(import.meta.dirname, "../unit/audit/verifier.ts");

let place: Awaited<ReturnType<typeof logFolder>>;
let path: string;
beforeEach(async () => {
  place = await logFolder();
  ({ path } = place);
});
afterEach(() => place[Symbol.asyncDispose]());

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(command, args, (_error, stdout, stderr) => {
      done({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

const hashesIn = (stdout: string) => stdout.split("\n").filter((line) => line.length === 64);
const newest = () => fileAudit({ path, clock: { now: () => Date.now() }, staleLockMs: 500 });

describe("the audit log", () => {
  it("becomes one chain when eight processes write at once, and loses nothing", async () => {
    const ends = await Promise.all(
      Array.from({ length: 8 }, () => run(process.execPath, [APPENDER, path, "10"])),
    );
    expect(ends.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(ends.map(() => [0, ""]));
    expect(await verifyAudit(path)).toMatchObject({ holds: true, records: 160, cutOffLines: 0, notes: [] });
    const log = await readFile(path, "utf8");
    const promised = ends.flatMap(({ stdout }) => hashesIn(stdout));
    expect(new Set(promised).size).toBe(160);
    expect(promised.filter((hash) => !log.includes(`"hash":"${hash}"}`))).toEqual([]);
  });

  it("has everything that was promised when its writer is killed, and goes on", async () => {
    const promised: string[] = [];
    for (let kill = 0; kill < 6; kill += 1) {
      const child = spawn(process.execPath, [APPENDER, path, "100000", "300"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const said = text(child.stdout);
      await once(child.stdout, "readable");
      await pause(Math.random() * 60);
      child.kill("SIGKILL");
      await once(child, "exit");
      promised.push(...hashesIn(await said));
      const { holds, cutOffLines } = await verifyAudit(path);
      expect(holds).toBe(true);
      expect(cutOffLines).toBeLessThanOrEqual(kill + 1);
    }
    const { hash } = await newest().begin(INTENT);
    const log = await readFile(path, "utf8");
    expect(promised.length).toBeGreaterThan(6);
    expect(promised.filter((one) => !log.includes(`"hash":"${one}"}`))).toEqual([]);
    expect(await verifyAudit(path, { expectHead: hash })).toMatchObject({ holds: true });
  });

  it("refuses changes on a full disk, and takes them again when there is room", async () => {
    // A limit of 8 blocks, 4 or 8 KiB, is what a full disk looks like to a process: half a record, then an error.
    const limited = `ulimit -f 8; exec "$@"`;
    const full = await run("sh", ["-c", limited, "sh", process.execPath, APPENDER, path, "100"]);
    expect(full).toMatchObject({ exitCode: 5, stderr: containing("make room on that disk") });
    const { size } = await stat(path);
    expect(size % 4096).toBe(0);
    expect(await verifyAudit(path)).toMatchObject({
      holds: true,
      records: hashesIn(full.stdout).length,
      cutOffLines: 1,
    });
    const again = await run("sh", ["-c", limited, "sh", process.execPath, APPENDER, path, "1"]);
    expect(again).toMatchObject({ exitCode: 5, stdout: "" });
    expect((await stat(path)).size).toBe(size);

    await newest().begin(INTENT);
    expect(await verifyAudit(path)).toMatchObject({
      holds: true,
      records: hashesIn(full.stdout).length + 2,
      cutOffLines: 1,
    });
  });

  it("is verified and listed in bounded memory, however long it is", async () => {
    await mkdir(dirname(path));
    const told = async (count: number) => {
      await writeSample(path, count);
      const { stdout } = await run(process.execPath, ["--max-old-space-size=48", VERIFIER, path]);
      return JSON.parse(stdout) as { maxRssKiB: number };
    };
    const short = await told(1000);
    const long = await told(100_000);
    expect(long).toMatchObject({ holds: true, records: 100_000, shown: 50, matching: 50_000 });
    expect((await stat(path)).size).toBeGreaterThan(40_000_000);
    expect(long.maxRssKiB - short.maxRssKiB).toBeLessThan(56 * 1024);
  });

  it("takes a record as soon behind a terabyte as behind nothing", async () => {
    await mkdir(dirname(path));
    const [{ line, head }] = [...sampleLines(1)] as [{ line: string; head: object }];
    await writeFile(path, "");
    // A hole takes no room on the disk, and would take minutes to read.
    await truncate(path, 2 ** 40);
    await appendFile(path, `\n${line}\n`);
    await writeFile(headFileOf(path), JSON.stringify(head));
    expect(await newest().begin(INTENT)).toMatchObject({ seq: 2 });
  });
});

import { appendFile, chmod, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { assert, asyncProperty, integer } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuditError, type AuditLog, type Observation } from "../../../gateway/audit/audit-log.ts";
import { fileAudit } from "../../../gateway/audit/file-audit.ts";
import { headFileOf } from "../../../gateway/audit/head-file.ts";
import { verifyAudit } from "../../../gateway/audit/verify.ts";
import { AT, GATEWAY, INTENT, logFolder, sampleLines } from "./sample-log.ts";
import { containing } from "../cli/text-matchers.ts";

let place: Awaited<ReturnType<typeof logFolder>>;
let path: string;
let log: AuditLog;

beforeEach(async () => {
  place = await logFolder();
  ({ path } = place);
  log = fileAudit({ path, clock: { now: () => AT }, gateway: GATEWAY, staleLockMs: 200 });
});
afterEach(() => place[Symbol.asyncDispose]());

const records = async () =>
  (await readFile(path, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const OBSERVATION: Observation = {
  what: "flags",
  source: "flags.yaml",
  from: null,
  to: "42",
  moves: [],
  problem: null,
};

describe("an audit log in a file", () => {
  it("keeps who, when, from where, what, why and how it ended, each record chained to the one before", async () => {
    const begun = await log.begin(INTENT);
    const end = await log.end(begun.id, { kind: "made", flagVersion: "42", notes: ["slowly"] });
    expect(await records()).toEqual([
      {
        seq: 1,
        at: "2027-01-31T12:00:00.000Z",
        kind: "intended",
        id: begun.id,
        ...INTENT,
        gateway: GATEWAY,
        prev: "0".repeat(64),
        hash: begun.hash,
      },
      {
        seq: 2,
        at: "2027-01-31T12:00:00.000Z",
        kind: "made",
        id: begun.id,
        flagVersion: "42",
        notes: ["slowly"],
        gateway: GATEWAY,
        prev: begun.hash,
        hash: end.hash,
      },
    ]);
    expect(JSON.parse(await readFile(headFileOf(path), "utf8"))).toEqual({ seq: 2, hash: end.hash });
    expect((await stat(path)).mode & 0o007).toBe(0);
  });

  it("can be checked by anybody with sed and sha256sum", async () => {
    const { hash } = await log.begin({ ...INTENT, reason: "umlauts äöü \u009b\u202e \ud800" });
    const command = `sed 's/,"hash":"[0-9a-f]*"}$/}/' '${path}' | tr -d '\\n' | (sha256sum || shasum -a 256)`;
    expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toMatch(new RegExp(`^${hash} `));
  });

  it("writes nothing that a terminal would obey, and reads it back as it was", async () => {
    const reason = "\x1b[2J\u009b\u202Eevil\r\n\u2028\0";
    await log.begin({ ...INTENT, reason });
    expect((await readFile(path, "utf8")).trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    expect((await records())[0]).toMatchObject({ reason });
  });

  it("cuts what is too long, and keeps size and hash of evidence that is", async () => {
    const long = "x".repeat(1_000_000);
    await log.begin({ ...INTENT, by: long, reason: long, evidence: { long } });
    const [record] = await records();
    expect(record!["by"]).toHaveLength(200);
    expect(record!["reason"]).toHaveLength(2000);
    expect(record!["evidence"]).toMatchObject({ omitted: "larger than 16 KiB", bytes: 1_000_011 });
  });

  it("refuses a change that fits in no record", async () => {
    const moves = Array.from({ length: 5000 }, (_, n) => ({ ...INTENT.moves[0]!, route: `route-${n}` }));
    await expect(log.begin({ ...INTENT, moves })).rejects.toThrow(/too large for one record.*change fewer/);
    await log.begin(INTENT);
    expect(await verifyAudit(path)).toMatchObject({ holds: true, records: 1 });
  });

  it("keeps the order of what is asked at once", async () => {
    const receipts = await Promise.all(Array.from({ length: 20 }, () => log.begin(INTENT)));
    expect(receipts.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(await verifyAudit(path)).toMatchObject({ holds: true, records: 20 });
  });

  it("goes on where another process stopped", async () => {
    await log.begin(INTENT);
    await fileAudit({ path, clock: { now: () => AT } }).begin(INTENT);
    await log.begin(INTENT);
    expect(await verifyAudit(path)).toMatchObject({ holds: true, records: 3 });
  });
});

describe("what nobody asked for", () => {
  it("is recorded once, with what was known before", async () => {
    const { id } = await log.begin(INTENT);
    await log.end(id, { kind: "made", flagVersion: "41", notes: [] });
    expect(await log.observed(OBSERVATION)).toMatchObject({ seq: 3 });
    expect(await log.observed(OBSERVATION)).toBeNull();
    expect((await records()).at(-1)).toMatchObject({ kind: "observed", from: "41", to: "42" });
  });

  it("is nothing new when a change made it so, and is when it comes back later", async () => {
    const { id } = await log.begin(INTENT);
    await log.end(id, { kind: "made", flagVersion: "42", notes: [] });
    expect(await log.observed(OBSERVATION)).toBeNull();
    expect(await log.observed({ ...OBSERVATION, to: "43" })).not.toBeNull();
    expect(await log.observed(OBSERVATION)).not.toBeNull();
  });

  it("is a rejected document, too, told once however often it is seen", async () => {
    const rejected = { ...OBSERVATION, to: null, problem: "line 3: no such stage" };
    expect(await log.observed(rejected)).not.toBeNull();
    expect(await log.observed(rejected)).toBeNull();
    expect(await log.observed({ ...rejected, problem: "line 4" })).not.toBeNull();
    expect(await log.observed(OBSERVATION)).not.toBeNull();
    expect(await log.observed(rejected)).not.toBeNull();
  });
});

describe("the end of a log", () => {
  it("may be cut off anywhere in the record being written: it stays, is closed, and the chain holds", async () => {
    await log.begin(INTENT);
    await log.begin(INTENT);
    const before = await readFile(path);
    const head = await readFile(headFileOf(path));
    const { seq } = await log.begin(INTENT);
    const whole = await readFile(path);
    const length = integer({ min: before.length, max: whole.length });
    await assert(
      asyncProperty(length, async (cutAt) => {
        await writeFile(path, whole.subarray(0, cutAt));
        await writeFile(headFileOf(path), head);
        expect(await verifyAudit(path)).toMatchObject({ holds: true });
        await log.begin(INTENT);
        expect((await readFile(path)).subarray(0, cutAt)).toEqual(whole.subarray(0, cutAt));
        const isCutOff = cutAt > before.length && cutAt < whole.length - 1;
        expect(await verifyAudit(path)).toMatchObject({
          holds: true,
          records: cutAt === before.length ? seq : seq + 1,
          cutOffLines: isCutOff ? 1 : 0,
          notes: [],
        });
      }),
      { numRuns: 60 },
    );
  });

  it("may be cut off again while it is closed", async () => {
    await log.begin(INTENT);
    await appendFile(path, '{"seq":2,"at"\n{"seq":2,"at":"2027-01-31T12:00:00.000Z","kind":"ga\n{"s');
    await log.begin(INTENT);
    expect(await verifyAudit(path)).toMatchObject({ holds: true, records: 3, cutOffLines: 3 });
    const changed = (await readFile(path, "utf8")).replace('"kind":"ga\n', '"kind":"gb\n');
    await writeFile(path, changed);
    expect(await verifyAudit(path)).toMatchObject({ holds: false, broken: { line: 2 } });
  });

  it("may be zeros after a power cut", async () => {
    await log.begin(INTENT);
    await appendFile(path, Buffer.alloc(3000));
    await log.begin(INTENT);
    expect(await verifyAudit(path)).toMatchObject({ holds: true, records: 3, cutOffLines: 1 });
  });

  it.each([
    ["something else was appended", () => appendFile(path, "hello\n"), 3],
    ["something huge was appended", () => appendFile(path, Buffer.alloc(2_000_000, "x\n")), 3],
    ["the last record was changed", () => replaceIn("get-order", "put-order"), 2],
    ["the last record was removed", () => cutLast(), 2],
    ["everything was removed", () => truncate(path), 1],
    ["the log was removed", () => rm(path), 1],
  ])("does not hide that %s: changes go on, and the chain stays broken", async (_, tamper, line) => {
    await log.begin({ ...INTENT, moves: [] });
    await log.begin(INTENT);
    await tamper();
    expect(await verifyAudit(path)).toMatchObject({ holds: false, broken: { line } });
    await log.begin(INTENT);
    await log.begin(INTENT);
    expect(await verifyAudit(path)).toMatchObject({ holds: false, broken: { line } });
  });

  it("does not hide that the log was replaced by another that is as long", async () => {
    await log.begin(INTENT);
    await log.begin(INTENT);
    await writeFile(path, [...sampleLines(2)].map(({ line }) => `${line}\n`).join(""));
    expect((await verifyAudit(path)).broken).toMatchObject({ line: 2, what: containing("rewritten") });
    await log.begin(INTENT);
    expect((await verifyAudit(path)).broken).toMatchObject({ line: 3, what: containing("was gone") });
  });

  it("keeps what was cut off: a log without it does not hold", async () => {
    await log.begin(INTENT);
    await appendFile(path, '{"seq":2,');
    await log.begin(INTENT);
    await replaceIn('{"seq":2,\n', "");
    expect((await verifyAudit(path)).broken).toMatchObject({ line: 2, what: containing("is gone") });
  });

  async function replaceIn(from: string, to: string) {
    await writeFile(path, (await readFile(path, "utf8")).replace(from, to));
  }
  async function cutLast() {
    const [first] = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, `${first}\n`);
  }
});

describe("a log that cannot be written", () => {
  const refusal = async () => {
    const error: unknown = await log.begin(INTENT).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AuditError);
    return String(error);
  };

  it("says so when it is no file", async () => {
    await mkdir(path, { recursive: true });
    expect(await refusal()).toContain("EISDIR");
    await rm(path, { recursive: true });
    await symlink("/dev/full", path);
    expect(await refusal()).toContain("is no file: move it away");
  });

  // Root is let in everywhere.
  it.skipIf(process.getuid?.() === 0)("says who must be let in", async () => {
    await mkdir(dirname(path));
    await chmod(dirname(path), 0o500);
    expect(await refusal()).toContain("let the user of this process write there");
    await chmod(dirname(path), 0o700);
  });

  it("says which lock to remove when others never end", async () => {
    await log.begin(INTENT);
    const take = () => writeFileSync(`${path}.lock`, String(Math.random()));
    take();
    const keeping = setInterval(take, 5);
    try {
      expect(await refusal()).toContain(`remove ${path}.lock*`);
    } finally {
      clearInterval(keeping);
    }
  });

  it("is tried again with the next change", async () => {
    await mkdir(path, { recursive: true });
    await refusal();
    await rm(path, { recursive: true });
    expect(await log.begin(INTENT)).toMatchObject({ seq: 1 });
  });

  it("says so when the head file cannot be read", async () => {
    await mkdir(headFileOf(path), { recursive: true });
    expect(await refusal()).toContain("EISDIR");
  });
});

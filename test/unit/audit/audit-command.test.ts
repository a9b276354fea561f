import { execFile } from "node:child_process";
import { appendFile, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditLog } from "../../../gateway/audit/audit-log.ts";
import { fileAudit } from "../../../gateway/audit/file-audit.ts";
import { AT, INTENT, logFolder, writeSample } from "./sample-log.ts";
import { containing, matching } from "../cli/text-matchers.ts";

const PROGRAM = resolve(import.meta.dirname, "run-audit.ts");

let place: Awaited<ReturnType<typeof logFolder>>;
let log: AuditLog;
beforeEach(async () => {
  place = await logFolder();
  log = fileAudit({ path: place.path, clock: { now: () => AT } });
});
afterEach(() => place[Symbol.asyncDispose]());

function banyan(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env["PATH"], BANYAN_DATA: join(place.folder, "data") };
  return new Promise((done) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], { env }, (_error, stdout, stderr) => {
      done({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

const json = async (...args: string[]) => {
  const { stdout, exitCode } = await banyan(...args, "--json");
  return { exitCode, ...(JSON.parse(stdout) as { command: string; ok: boolean; data: unknown }) };
};

describe("banyan audit", () => {
  it("shows who changed what, newest last, on a narrow screen", async () => {
    const { id } = await log.begin(INTENT);
    await log.end(id, { kind: "made", flagVersion: "42", notes: [] });
    await log.begin({ ...INTENT, action: "kill", moves: [{ route: null, from: null, to: null }] });
    await log.observed({
      what: "flags",
      source: "flags.yaml",
      from: null,
      to: null,
      moves: [],
      problem: "no such stage",
    });
    const { stdout, exitCode } = await banyan("audit");
    expect(exitCode).toBe(0);
    expect(stdout.split("\n")).toEqual([
      matching(/^AT +WHO +WHAT +FLAGS +OUTCOME +WHY$/),
      matching(/^2027-.* ann@desk +flip get-.* 41 → 42 +made +no /),
      matching(/^2027-.* ann@desk +kill every.* 41 +unknown +no /),
      matching(/^2027-.* \(unknown\) +flags +42 → 42 +rejected +no /),
      "",
    ]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("gives machines everything, of one route and of a time when asked", async () => {
    await log.begin(INTENT);
    await log.begin({ ...INTENT, moves: [{ route: "put-order", from: null, to: null }] });
    expect(await json("audit", "get-order")).toMatchObject({
      command: "audit",
      ok: true,
      data: {
        matching: 1,
        entries: [{ by: "ann@desk", evidence: { samples: 12_480 }, moves: INTENT.moves }],
      },
    });
    expect(await json("audit", "--since", "2027-02-01")).toMatchObject({ data: { matching: 0 } });
    expect(await json("audit", "--since", "2027-01-31T12:00:00Z")).toMatchObject({ data: { matching: 2 } });
    const one = await banyan("audit", "--limit", "1");
    expect(one.stderr).toContain("1 older ones are not shown");
    expect(one.stdout).toContain("put-order");
  });

  it("lets no record move the cursor", async () => {
    await log.begin({ ...INTENT, by: "\x1b[2Jeve", reason: "\u009b\u202Egnivom\r\n\x07" });
    for (const args of [["audit"], ["audit", "--json"], ["audit", "verify"]]) {
      const { stdout, stderr } = await banyan(...args);
      expect((stdout + stderr).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it("says when nothing is recorded, and what cannot be shown", async () => {
    expect((await banyan("audit")).stdout).toMatch(/^nothing is recorded in .*audit\.ndjson\n$/);
    await log.begin(INTENT);
    await appendFile(place.path, "hello\n");
    expect((await banyan("audit")).stderr).toMatch(/1 lines .* not shown \(next: banyan audit verify\)/);
  });

  it.each([
    [["audit", "--since", "yesterday"]],
    [["audit", "--limit", "0"]],
    [["audit", "verify", "--expect-head", "9f86"]],
  ])("takes no %j", async (args) => {
    expect(await banyan(...args)).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("banyan audit verify", () => {
  it("says that the chain holds, up to which head, and later that this head is in it", async () => {
    const { hash } = await log.begin(INTENT);
    const { stdout, exitCode } = await banyan("audit", "verify");
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`the chain holds: 1 records in ${place.path}\nhead: record 1, ${hash}\n`);
    await log.begin(INTENT);
    expect((await banyan("audit", "verify", "--expect-head", hash)).exitCode).toBe(0);
  });

  it("says no, and which line is wrong", async () => {
    await mkdir(dirname(place.path));
    await writeSample(place.path, 6);
    const text = await readFile(place.path, "utf8");
    await writeFile(place.path, text.replace("12480", "99999"));
    const { stdout, exitCode } = await banyan("audit", "verify");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("audit.ndjson:1: this record was changed: its hash is another");
    expect(await json("audit", "verify")).toMatchObject({
      command: "audit verify",
      ok: false,
      exitCode: 1,
      data: { holds: false, broken: { line: 1 } },
      problems: [{ message: containing(":1: this record was changed") }],
    });
  });

  it("says no when the end is gone that somebody remembers", async () => {
    await log.begin(INTENT);
    const { hash } = await log.begin(INTENT);
    await truncate(place.path);
    await truncate(`${place.path}.head`);
    const { stdout, exitCode } = await banyan("audit", "verify", "--expect-head", hash);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`no record has the hash ${hash}`);
  });

  it("cannot say anything about a log that it cannot read", async () => {
    await mkdir(place.path, { recursive: true });
    expect(await banyan("audit", "verify")).toMatchObject({ exitCode: 4, stdout: "" });
    expect(await banyan("audit")).toMatchObject({ exitCode: 4, stderr: containing("EISDIR") });
  });
});

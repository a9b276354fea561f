import { appendFile, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditLog } from "../../../gateway/audit/audit-log.ts";
import { fileAudit } from "../../../gateway/audit/file-audit.ts";
import { auditHistory } from "../../../gateway/audit/history.ts";
import { AT, INTENT, logFolder } from "./sample-log.ts";

let place: Awaited<ReturnType<typeof logFolder>>;
let path: string;
let log: AuditLog;
let now: number;

beforeEach(async () => {
  place = await logFolder();
  ({ path } = place);
  now = AT;
  log = fileAudit({ path, clock: { now: () => (now += 1000) } });
});
afterEach(() => place[Symbol.asyncDispose]());

const EVERYTHING = [{ route: null, from: null, to: null }];
const PUT = [{ route: "put-order", from: null, to: null }];
const reasons = async (query: Partial<Parameters<typeof auditHistory>[1]> = {}) => {
  const { entries } = await auditHistory(path, { limit: 10, ...query });
  return entries.map((entry) => (entry.kind === "intended" ? entry.reason : entry.kind));
};

describe("the history in an audit log", () => {
  it("is empty without a log", async () => {
    expect(await auditHistory(path, { limit: 10 })).toEqual({ entries: [], matching: 0, unreadableLines: 0 });
  });

  it("joins what was intended with how it ended, in the order of the intentions", async () => {
    const [made, refused, failed, left] = await Promise.all(
      Array.from({ length: 4 }, () => log.begin(INTENT)),
    );
    await log.end(failed!.id, { kind: "failed", message: "the disk" });
    await log.end(made!.id, { kind: "made", flagVersion: "42", notes: [] });
    await log.end(refused!.id, { kind: "refused", message: "conflict" });
    const { entries } = await auditHistory(path, { limit: 10 });
    expect(entries.map((entry) => "outcome" in entry && entry.outcome)).toEqual([
      { kind: "made", flagVersion: "42", notes: [], at: "2027-01-31T12:00:06.000Z" },
      { kind: "refused", message: "conflict", at: "2027-01-31T12:00:07.000Z" },
      { kind: "failed", message: "the disk", at: "2027-01-31T12:00:05.000Z" },
      { kind: "unknown" },
    ]);
    expect(entries.at(-1)).toMatchObject({ id: left!.id, by: "ann@desk", evidence: { mismatches: 0 } });
  });

  it("of one route has what moved it, what moved everything, and what may have moved it", async () => {
    await log.begin({ ...INTENT, reason: "get" });
    await log.begin({ ...INTENT, reason: "put", moves: PUT });
    await log.begin({ ...INTENT, reason: "all", moves: EVERYTHING });
    const seen = { what: "flags", source: "flags.yaml", from: null, problem: null } as const;
    await log.observed({ ...seen, to: "7", moves: [] });
    await log.observed({ ...seen, to: "8", moves: PUT });
    expect(await reasons({ route: "get-order" })).toEqual(["get", "all", "observed"]);
  });

  it("begins where it is told to, ends with the newest, and says how many fit", async () => {
    for (const reason of ["a", "b", "c", "d"]) await log.begin({ ...INTENT, reason });
    expect(await reasons({ sinceMs: AT + 2000 })).toEqual(["b", "c", "d"]);
    expect(await reasons({ limit: 2 })).toEqual(["c", "d"]);
    expect((await auditHistory(path, { limit: 2 })).matching).toBe(4);
  });

  it("shows no line that was changed, and counts it", async () => {
    await log.begin({ ...INTENT, reason: "ours" });
    await log.begin({ ...INTENT, reason: "theirs" });
    await writeFile(path, (await readFile(path, "utf8")).replace("theirs", "forged"));
    await appendFile(path, "hello\n");
    expect(await reasons()).toEqual(["ours"]);
    expect(await auditHistory(path, { limit: 9 })).toMatchObject({ unreadableLines: 2 });
    await log.begin(INTENT);
    expect(await reasons()).toEqual(["ours", "gap", INTENT.reason]);
  });

  it("says that a log cannot be read", async () => {
    await expect(auditHistory(place.folder, { limit: 1 })).rejects.toThrow(/cannot be read: EISDIR/);
  });
});

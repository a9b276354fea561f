import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  assert,
  asyncProperty,
  integer,
  nat,
  oneof,
  pre,
  record,
  string,
  type IAsyncProperty,
} from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuditError } from "../../../gateway/audit/audit-log.ts";
import { headFileOf } from "../../../gateway/audit/head-file.ts";
import { ended } from "../../../gateway/audit/record.ts";
import { GENESIS, seal } from "../../../gateway/audit/sealed-line.ts";
import { verifyAudit } from "../../../gateway/audit/verify.ts";
import { AT, GATEWAY, logFolder, sampleLines } from "./sample-log.ts";
import { containing, matching } from "../cli/text-matchers.ts";

const LINES = Array.from(sampleLines(8), ({ line }) => line);
const HEADS = Array.from(sampleLines(8), ({ head }) => head);
const NEWEST = HEADS.at(-1)!;
const bytesOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(""));
const WHOLE = bytesOf(LINES);

let place: Awaited<ReturnType<typeof logFolder>>;
beforeAll(async () => {
  place = await logFolder();
  await mkdir(dirname(place.path));
});
afterAll(() => place[Symbol.asyncDispose]());

/** The verdict on these bytes with the head file of the whole log beside them, unless there is none. */
async function verdictOn(bytes: Buffer | readonly string[], head: unknown = NEWEST, expectHead?: string) {
  await writeFile(place.path, Buffer.isBuffer(bytes) ? bytes : bytesOf(bytes));
  if (head === null) await rm(headFileOf(place.path), { force: true });
  else await writeFile(headFileOf(place.path), JSON.stringify(head));
  return verifyAudit(place.path, expectHead === undefined ? {} : { expectHead });
}

const MADE = ended("x", { kind: "made", flagVersion: "9", notes: [] });

const some = (property: IAsyncProperty<unknown>) => assert(property as never, { numRuns: 150 });
const line = nat(LINES.length - 1);
const flipped = record({ at: nat(WHOLE.length - 1), by: integer({ min: 1, max: 255 }) });

function changed({ at, by }: { at: number; by: number }): Buffer {
  const bytes = Buffer.from(WHOLE);
  bytes[at]! ^= by;
  return bytes;
}

describe("verifying an audit log", () => {
  it("believes one that is as it was written", async () => {
    expect(await verdictOn(LINES)).toEqual({
      holds: true,
      broken: null,
      records: 8,
      head: NEWEST,
      cutOffLines: 0,
      timesBackwards: 0,
      notes: [],
    });
  });

  it("finds any byte that was changed, and names its line", () =>
    some(
      asyncProperty(flipped, async (change) => {
        const { holds, broken } = await verdictOn(changed(change));
        const changedLine = WHOLE.subarray(0, change.at).toString("latin1").split("\n").length;
        expect(holds).toBe(false);
        // A newline that is gone or new spoils the line that it ends; a changed newline joins two.
        expect(broken!.line).toBe(changedLine);
      }),
    ));

  it("finds any byte that was changed without a head file, too, though the last newline may look cut off", () =>
    some(
      asyncProperty(flipped, async (change) => {
        const { holds, cutOffLines } = await verdictOn(changed(change), null);
        expect(holds && cutOffLines === 0).toBe(false);
      }),
    ));

  it("finds lines that were removed, wherever they were", () =>
    some(
      asyncProperty(line, integer({ min: 1, max: 8 }), async (at, count) => {
        const { holds, broken } = await verdictOn(LINES.toSpliced(at, count));
        expect(holds).toBe(false);
        expect(broken).toMatchObject({ line: at + 1, what: matching(/gone|ends after/) });
      }),
    ));

  it("finds lines that were put in, of this log and of others", () =>
    some(
      asyncProperty(
        nat(LINES.length),
        oneof(
          line.map((from) => LINES[from]!),
          string().filter((text) => !text.includes("\n")),
        ),
        async (at, inserted) => {
          const { holds, cutOffLines } = await verdictOn(LINES.toSpliced(at, 0, inserted));
          // Only at the very end may it be what an interrupted write looks like.
          expect(holds && (at < LINES.length || cutOffLines === 0)).toBe(false);
        },
      ),
    ));

  it("finds lines that changed places", () =>
    some(
      asyncProperty(line, line, async (one, other) => {
        pre(one !== other);
        const swapped = LINES.with(one, LINES[other]!).with(other, LINES[one]!);
        expect((await verdictOn(swapped)).broken).toMatchObject({ line: Math.min(one, other) + 1 });
      }),
    ));

  it("finds a record that another one was put in the place of", async () => {
    const at = new Date(AT).toISOString();
    const { line } = seal({ seq: 3, at, gateway: GATEWAY, prev: HEADS[1]!.hash }, MADE);
    expect((await verdictOn(LINES.with(2, line), null)).broken).toEqual({
      line: 4,
      what: "record 4 was written after another record 3 than this one",
    });
  });

  it("finds an end that is missing, in the middle of a line as well", () =>
    some(
      asyncProperty(nat(WHOLE.length - 2), async (length) => {
        expect((await verdictOn(WHOLE.subarray(0, length))).holds).toBe(false);
      }),
    ));

  it("finds a log that is gone altogether", async () => {
    await verdictOn(LINES);
    await rm(place.path);
    expect((await verifyAudit(place.path)).broken).toEqual({
      line: 1,
      what: "the log ends after record 0, but record 8 had been written",
    });
  });

  it("cannot miss an end without a head file, says so, and can with a hash that was kept elsewhere", async () => {
    const short = LINES.slice(0, 5);
    expect(await verdictOn(short, null)).toMatchObject({
      holds: true,
      notes: ["there is no head file: records missing at the end would not be noticed"],
    });
    const { broken } = await verdictOn(short, HEADS[4], NEWEST.hash);
    expect(broken).toMatchObject({
      line: 6,
      what: containing("cut off before it, or rewritten"),
    });
    expect(await verdictOn(LINES, NEWEST, HEADS[4]!.hash)).toMatchObject({ holds: true });
    expect(await verdictOn([], null, GENESIS.hash)).toMatchObject({ holds: true, records: 0 });
  });

  it("finds a log that was written anew by somebody who left the head file alone", async () => {
    const forged: string[] = [];
    let head: { seq: number; hash: string } = GENESIS;
    for (const seq of [1, 2, 3]) {
      const at = new Date(AT).toISOString();
      const sealed = seal({ seq, at, gateway: GATEWAY, prev: head.hash }, MADE);
      forged.push(sealed.line);
      ({ head } = sealed);
    }
    expect(await verdictOn(forged, HEADS[1])).toMatchObject({
      broken: { line: 2, what: containing("rewritten") },
    });
    expect(await verdictOn(forged, head)).toMatchObject({ holds: true });
    expect(await verdictOn(forged, head, HEADS[1]!.hash)).toMatchObject({ holds: false });
  });

  it("tells of a head file that is behind", async () => {
    expect(await verdictOn(LINES, HEADS[5])).toMatchObject({
      holds: true,
      notes: ["the head file is at record 6: newer ones missing at the end would not be noticed"],
    });
  });

  it("tells of a line that was cut off, and believes what is before it", async () => {
    const next = '{"seq":9,"at":"2027-01-31T12:0';
    expect(await verdictOn(Buffer.concat([WHOLE, Buffer.from(next)]))).toMatchObject({
      holds: true,
      records: 8,
      cutOffLines: 1,
      notes: ["the last line is not finished: it was cut off, or is being written"],
    });
  });

  it("tells of a clock that was set back, which breaks nothing", async () => {
    const at = (ms: number) => new Date(AT + ms).toISOString();
    const one = seal({ seq: 1, at: at(3_600_000), gateway: GATEWAY, prev: GENESIS.hash }, MADE);
    const two = seal({ seq: 2, at: at(0), gateway: GATEWAY, prev: one.head.hash }, MADE);
    expect(await verdictOn([one.line, two.line], two.head)).toMatchObject({ holds: true, timesBackwards: 1 });
  });

  it("says that a log cannot be read", async () => {
    await expect(verifyAudit(dirname(place.path))).rejects.toThrow(AuditError);
    await expect(verifyAudit(dirname(place.path))).rejects.toThrow(/cannot be read: EISDIR/);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseReport, type LambdaReport } from "../../../gateway/cost/report-line.ts";

const ID = "8f5d1c3e-0c1f-4b7a-9a51-2d6c0f1f2b11";
const START = `START RequestId: ${ID} Version: 7\n`;
const END = `END RequestId: ${ID}\n`;
const COLD = `REPORT RequestId: ${ID}\tDuration: 3.10 ms\tBilled Duration: 546 ms\tMemory Size: 2048 MB\tMax Memory Used: 95 MB\tInit Duration: 542.01 ms\t\n`;
const WARM = `REPORT RequestId: ${ID}\tDuration: 1.20 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\t\n`;

const coldReport: LambdaReport = {
  durationMs: 3.1,
  billedMs: 546,
  memoryMb: 2048,
  usedMemoryMb: 95,
  initMs: 542.01,
  restoreMs: null,
  coldStart: true,
  status: "success",
};
const warmReport: LambdaReport = {
  durationMs: 1.2,
  billedMs: 2,
  memoryMb: 128,
  usedMemoryMb: 70,
  initMs: null,
  restoreMs: null,
  coldStart: false,
  status: "success",
};

const base64 = (log: string | Uint8Array) => Buffer.from(log).toString("base64");
const read = (log: string) => parseReport(base64(log));

/** What a function logging JSON ends with. */
function jsonReport(record: object): string {
  return `${JSON.stringify({ time: "2026-02-09T08:42:44.080Z", type: "platform.report", record })}\n`;
}
const jsonMetrics = { durationMs: 1.2, billedDurationMs: 2, memorySizeMB: 128, maxMemoryUsedMB: 70 };

describe("the report in a text log", () => {
  it("tells a cold start by its init duration", () => {
    expect(read(START + END + COLD)).toEqual(coldReport);
  });

  it("tells a warm start by its absence", () => {
    expect(read(START + END + WARM)).toEqual(warmReport);
  });

  it("tells a snapshot's restore from what of it is billed", () => {
    const line = `REPORT RequestId: ${ID}\tDuration: 2338.66 ms\tBilled Duration: 2521 ms\tMemory Size: 3009 MB\tMax Memory Used: 173 MB\tRestore Duration: 398.97 ms\tBilled Restore Duration: 182 ms\t\n`;
    expect(read(line)).toEqual({
      durationMs: 2338.66,
      billedMs: 2521,
      memoryMb: 3009,
      usedMemoryMb: 173,
      initMs: null,
      restoreMs: 398.97,
      coldStart: true,
      status: "success",
    });
  });

  it("tells a timeout and an error", () => {
    expect(read(WARM.replace("\t\n", "\tStatus: timeout\t\n"))?.status).toBe("timeout");
    const died = WARM.replace("\t\n", "\tStatus: error\tError Type: Runtime.ExitError\t\n");
    expect(read(died)).toEqual({ ...warmReport, status: "error" });
  });

  it("is read with spaces for tabs, CRLF, and no newline at the end", () => {
    expect(read(COLD.replaceAll("\t", " "))).toEqual(coldReport);
    expect(read(COLD.replaceAll("\t", "     ").replace("\n", "\r\n"))).toEqual(coldReport);
    expect(read(COLD.trimEnd())).toEqual(coldReport);
  });

  it("is read in any order", () => {
    const fields = COLD.trim().split("\t").slice(1);
    fc.assert(
      fc.property(fc.shuffledSubarray(fields, { minLength: fields.length }), (shuffled) => {
        expect(read([`REPORT RequestId: ${ID}`, ...shuffled].join("\t"))).toEqual(coldReport);
      }),
    );
  });

  it("is read with X-Ray's line after it", () => {
    const xray =
      "XRAY TraceId: 1-6ac7c67a-1c0aa43118a5d54708c0da61\tSegmentId: 2d54219895e821dd\tSampled: true\t\n";
    expect(read(COLD + xray)).toEqual(coldReport);
    expect(read(COLD.trimEnd() + " " + xray)).toEqual(coldReport);
  });

  it("is not mistaken for the init phase's own report", () => {
    const initReport = "INIT_REPORT Init Duration: 9000.10 ms\tPhase: init\tStatus: timeout\n";
    expect(read(initReport + WARM)).toEqual(warmReport);
    expect(read(WARM + initReport)).toEqual(warmReport);
    expect(read(initReport)).toBeNull();
  });
});

describe("the report in a JSON log", () => {
  it("is read as it stands", () => {
    expect(read(jsonReport({ requestId: ID, status: "success", metrics: jsonMetrics }))).toEqual(warmReport);
  });

  it("is read without a status, with its keys in another order, and with more of them", () => {
    const record = {
      metrics: { ...jsonMetrics, initDurationMs: 20 },
      tracing: { spanId: "24cd" },
      requestId: ID,
    };
    expect(read(jsonReport(record))).toEqual({ ...warmReport, initMs: 20, coldStart: true });
    const reordered = JSON.stringify({ type: "platform.report", record, time: "2026-02-09T08:42:44.080Z" });
    expect(read(reordered)).toEqual({ ...warmReport, initMs: 20, coldStart: true });
  });

  it("tells a snapshot's restore", () => {
    const metrics = { ...jsonMetrics, restoreDurationMs: 500.795, billedRestoreDurationMs: 53 };
    expect(read(jsonReport({ metrics }))).toEqual({ ...warmReport, restoreMs: 500.795, coldStart: true });
  });

  it.each([
    ["success", "success"],
    ["failure", "error"],
    ["error", "error"],
    ["timeout", "timeout"],
  ])("takes the status %s for %s", (status, read_) => {
    expect(read(jsonReport({ status, metrics: jsonMetrics }))?.status).toBe(read_);
  });

  it("is read behind what was printed without a newline", () => {
    expect(read(`{"half": {} done${jsonReport({ metrics: jsonMetrics })}`)).toEqual(warmReport);
  });

  it("is not mistaken for an extension's talk of one", () => {
    const talk = `${JSON.stringify({ level: "INFO", seen: "platform.report", metrics: { durationMs: 9 }, type: "x" })}\n`;
    expect(read(jsonReport({ metrics: jsonMetrics }) + talk)).toEqual(warmReport);
    expect(read(talk)).toBeNull();
  });

  it("is none when a number is missing, negative, or a text", () => {
    expect(read(jsonReport({ metrics: { durationMs: 1 } }))).toBeNull();
    expect(read(jsonReport({ metrics: { ...jsonMetrics, billedDurationMs: -2 } }))).toBeNull();
    expect(read(jsonReport({ metrics: { ...jsonMetrics, memorySizeMB: "128" } }))).toBeNull();
    expect(read(jsonReport({}))).toBeNull();
    expect(read(`${COLD}{"time":"2026-02-09T08:42:44.080Z","type":"platform.report"}\n`)).toBeNull();
  });
});

describe("a log tail", () => {
  it("may hold reports that the function made up: the platform's is the last", () => {
    const fake = WARM.replace("2 ms", "999999 ms");
    expect(read(fake + fake + END + COLD)).toEqual(coldReport);
    expect(read(fake + jsonReport({ metrics: jsonMetrics }))).toEqual(warmReport);
    expect(read(jsonReport({ metrics: { ...jsonMetrics, durationMs: 9 } }) + COLD)).toEqual(coldReport);
  });

  it("says nothing when its last report is broken, whatever stands before", () => {
    expect(read(COLD + WARM.replace("Billed Duration: 2 ms", "Billed Duration: 2"))).toBeNull();
    expect(read(COLD + WARM.replace("2 ms", "1e9 ms"))).toBeNull();
    expect(read(COLD + WARM.replace("\t\n", "\tDuration: 7 ms\t\n"))).toBeNull();
    expect(read(COLD + WARM.replace("Memory Size: 128 MB", "Memory Size: 0 MB"))).toBeNull();
    expect(read(`${COLD}{"time":"2026-02-09T08:42:44.080Z","type":"platform.report","rec\n`)).toBeNull();
  });

  it("says nothing without a report", () => {
    expect(parseReport("")).toBeNull();
    expect(parseReport("%%% not base64 %%%")).toBeNull();
    expect(read(START + END)).toBeNull();
  });

  it("never makes it throw", () => {
    const bytes = fc.uint8Array({ maxLength: 4096 }).map(base64);
    const pieces = [
      "REPORT RequestId: x",
      "\t",
      " ",
      "\n",
      "Duration: ",
      "1.5",
      " ms",
      '{"time":',
      '"platform.report"',
      "}",
      "é",
    ];
    const almost = fc
      .array(fc.constantFrom(...pieces), { maxLength: 60 })
      .map((some) => base64(some.join("")));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), bytes, almost), (logResult) => {
        expect(() => parseReport(logResult)).not.toThrow();
      }),
    );
  });

  it("gives its report wherever its beginning was cut, and nothing when the report was", () => {
    const whole = fc.constantFrom<[string, LambdaReport]>(
      [COLD, coldReport],
      [WARM, warmReport],
      [jsonReport({ status: "success", metrics: jsonMetrics }), warmReport],
    );
    const printed = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 });
    fc.assert(
      fc.property(whole, printed, fc.nat(), ([line, report], chunks, at) => {
        const before = Buffer.concat([...chunks, Buffer.from(`\n${END}`)]);
        const log = Buffer.concat([before, Buffer.from(line)]);
        const cut = at % log.length;
        expect(parseReport(base64(log.subarray(cut)))).toEqual(cut <= before.length ? report : null);
      }),
    );
  });

  it("never gives wrong numbers when its end is missing", () => {
    const line = COLD.trimEnd();
    const readable = Array.from(line, (_, end) => end).filter((end) => read(line.slice(0, end)) !== null);
    // Cut between two fields, nothing shows that there was another.
    expect(readable).toEqual([line.indexOf("\tInit"), line.indexOf("Init")]);
  });

  it("is read in time linear in its length", () => {
    const hostile = [
      " ",
      "\t",
      "a",
      "REPORT RequestId: ",
      '{"time":',
      "Duration: 1 ms\t",
      '"platform.report"',
    ];
    for (const piece of hostile) {
      const much = piece.repeat(Math.ceil(200_000 / piece.length));
      // Anything quadratic outlasts the test's time.
      expect(read(`REPORT RequestId: ${much}`)).toBeNull();
      expect(read(`${much}\n${COLD}`)).toEqual(coldReport);
    }
  });
});

import { pino } from "pino";
import { expect, it } from "vitest";
import { pinoTelemetry } from "../../../gateway/telemetry/pino.ts";
import type { RequestFinished } from "../../../gateway/telemetry/telemetry.ts";
import { aRequest } from "../../support/requests.ts";

function linesOf(event: Partial<RequestFinished>, level = "info"): string[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  pinoTelemetry({ level, destination }).requestFinished({
    request: aRequest({ target: "/a%20b?secret=1" }),
    route: null,
    decision: { primary: "legacy", shadow: null, stage: "legacy", reason: "no-route", flagVersion: "none" },
    answeredBy: "legacy",
    fallbackFrom: null,
    status: 200,
    delivery: "complete",
    durationMs: 1.23456,
    ...event,
  } as RequestFinished);
  return lines;
}

it("is one JSON object as pino would write it, without query, header or body", () => {
  const [line = ""] = linesOf({});
  expect(line.endsWith("}\n")).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: pino.levels.values["info"],
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
    requestId: aRequest().id,
    trace_id: aRequest().trace.traceId,
    span_id: aRequest().trace.spanId,
    method: "GET",
    path: "/a%20b",
    route: null,
    stage: "legacy",
    reason: "no-route",
    flagVersion: "none",
    answeredBy: "legacy",
    fallbackFrom: null,
    status: 200,
    delivery: "complete",
    durationMs: 1.23,
    msg: "request",
  });
});

it("stays one line, whatever is in it", () => {
  const fallbackFrom = 'a"b\\c\nd\u2028\0';
  const [line = ""] = linesOf({ fallbackFrom, request: aRequest({ target: '/"\xff\\' }) });
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toMatchObject({ fallbackFrom, path: '/"\xff\\' });
});

it("is not written at a level that leaves it out", () => {
  expect(linesOf({}, "warn")).toEqual([]);
});

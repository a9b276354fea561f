import { expect, it } from "vitest";
import { WRITE_RUNGS } from "../../../gateway/routes/shadowing.ts";
import { rungOfCopy } from "../../../gateway/shadow/ladder.ts";

it.each(["GET", "HEAD", "OPTIONS"])("copies %s to either side, whatever is said of writes", (method) => {
  for (const writes of [null, ...WRITE_RUNGS]) {
    expect(rungOfCopy(method, "function", { writes })).toEqual({ kind: "read" });
    expect(rungOfCopy(method, "legacy", { writes })).toEqual({ kind: "read" });
  }
});

it.each(["POST", "PUT", "PATCH", "DELETE", "PURGE"])("never copies %s to the monolith", (method) => {
  for (const writes of [null, ...WRITE_RUNGS]) {
    expect(rungOfCopy(method, "legacy", { writes })).toEqual({ drop: "write-to-legacy" });
  }
});

it.each([
  [null, { drop: "write-undeclared" }],
  ["skip", { drop: "write-skipped" }],
  ["record", { drop: "write-recorded" }],
  ["dry-run", { kind: "dry-run" }],
  ["rehearsal", { kind: "rehearsal" }],
] as const)("with %s, a write to a function is %o", (writes, rung) => {
  expect(rungOfCopy("POST", "function", { writes })).toEqual(rung);
});

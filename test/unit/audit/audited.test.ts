import { describe, expect, it } from "vitest";
import {
  AuditError,
  type AuditIntent,
  type AuditLog,
  type AuditOutcome,
} from "../../../gateway/audit/audit-log.ts";
import { audited, flipOutcome } from "../../../gateway/audit/audited.ts";
import type { FlipResult } from "../../../gateway/flags/writer.ts";
import { INTENT } from "./sample-log.ts";

/** A log that remembers, and that fails where it is told to. */
function rememberingLog(failing: "begin" | "end" | "never" = "never") {
  const told: (AuditIntent | AuditOutcome | string)[] = [];
  const receipt = (id: string) => ({ id, seq: told.length, hash: "0".repeat(64) });
  const log: AuditLog = {
    async begin(intent) {
      if (failing === "begin") throw new AuditError("the disk is full");
      told.push(intent);
      return receipt("one");
    },
    async end(id, outcome) {
      if (failing === "end") throw new AuditError("the disk is full");
      told.push(id, outcome);
      return receipt(id);
    },
    observed: async () => null,
  };
  return { log, told };
}

const MADE: FlipResult = { made: true, version: "42", previousVersion: "41" };

describe("an audited change", () => {
  it("is known before it is made, and told how it ended", async () => {
    const { log, told } = rememberingLog();
    const { result, receipt, problem } = await audited(
      log,
      INTENT,
      async () => {
        expect(told).toEqual([INTENT]);
        return MADE;
      },
      flipOutcome,
    );
    expect(result).toBe(MADE);
    expect(problem).toBeNull();
    expect(receipt).toMatchObject({ id: "one", seq: 3 });
    expect(told.slice(1)).toEqual(["one", { kind: "made", flagVersion: "42", notes: [] }]);
  });

  it("is not made when it cannot be written down", async () => {
    let made = false;
    const change = async () => {
      made = true;
      return MADE;
    };
    await expect(audited(rememberingLog("begin").log, INTENT, change, flipOutcome)).rejects.toThrow(
      AuditError,
    );
    expect(made).toBe(false);
  });

  it("stands when only its end cannot be written down, and that is said", async () => {
    const { log } = rememberingLog("end");
    const { result, receipt, problem } = await audited(log, INTENT, async () => MADE, flipOutcome);
    expect(result).toBe(MADE);
    expect(receipt).toMatchObject({ id: "one", seq: 1 });
    expect(problem).toBe("the audit log knows what was intended, but not how it ended: the disk is full");
  });

  it("fails as it fails, and tells that", async () => {
    const { log, told } = rememberingLog();
    const change = () => Promise.reject(new Error("boom"));
    await expect(audited(log, INTENT, change, flipOutcome)).rejects.toThrow("boom");
    expect(told.at(-1)).toEqual({ kind: "failed", message: "Error: boom" });
  });

  it("fails as it fails when the log cannot be told, too", async () => {
    const change = () => Promise.reject(new Error("boom"));
    await expect(audited(rememberingLog("end").log, INTENT, change, flipOutcome)).rejects.toThrow("boom");
  });

  it("tells a change that was refused from one that failed", () => {
    const notMade = (why: "conflict" | "failed") => flipOutcome({ made: false, why, message: "m" });
    expect(notMade("conflict")).toEqual({ kind: "refused", message: "m" });
    expect(notMade("failed")).toEqual({ kind: "failed", message: "m" });
  });
});

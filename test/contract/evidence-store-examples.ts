import { randomUUID } from "node:crypto";
import type { Batch, EvidenceKey, FiledSample, Increment } from "../../gateway/store/evidence-store.ts";
import { NO_COUNTS } from "../../gateway/store/increments.ts";

/** 2026-03-01T10:00Z, the hour in which most examples happen. */
export const HOUR = Date.UTC(2026, 2, 1, 10) / 3_600_000;
export const AT = HOUR * 3_600_000;

export const KEY: EvidenceKey = {
  routeId: "get-order",
  candidate: "function",
  functionVersion: "7",
  legacyBuild: "b12",
  rulesDigest: "r1",
  environment: "prod",
};

export function increment(changes: Partial<Increment> = {}): Increment {
  return {
    key: KEY,
    hour: HOUR,
    counts: { ...NO_COUNTS, compared: 1, matched: 1, identical: 1 },
    primaryDurations: { 12: 1 },
    candidateDurations: { 14: 1 },
    ratios: { 2: 1 },
    dropped: {},
    coverage: { "GET 200 application/json": 1 },
    groups: [],
    noise: [],
    firstAt: AT,
    lastAt: AT,
    ...changes,
  };
}

export function batch(changes: Partial<Batch> = {}): Batch {
  return { id: randomUUID(), at: AT, increments: [], samples: [], ...changes };
}

/** A pair that differs at `body/items/<n>/price`, with a body of binary bytes. */
export function filed(changes: Partial<FiledSample["sample"]> = {}): FiledSample {
  const answered = (price: string) => ({
    kind: "answered" as const,
    status: 200,
    headers: ["Content-Type", "application/json", "X-Bin", "\u00e4"],
    body: { bytes: Buffer.from(price), length: price.length, sha256: null },
    durationMs: 12.5,
    version: null,
  });
  const sample = {
    id: randomUUID(),
    key: KEY,
    at: AT,
    request: {
      method: "GET",
      target: "/orders/1",
      headers: ["Host", "shop"],
      body: Buffer.from([0, 255, 1]),
    },
    primary: answered("12.50"),
    candidate: answered("12.5"),
    comparison: {
      verdict: "mismatch" as const,
      identical: false,
      differences: [
        { at: "body/items/3/price", kind: "value" as const, primary: "12.50", candidate: "12.5" },
      ],
      ignored: [],
      truncated: false,
      reason: null,
    },
    ...changes,
  };
  return { sample, groups: [{ at: "body/items/*/price", kind: "value" }] };
}

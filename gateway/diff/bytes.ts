import type { Findings } from "./findings.ts";
import type { PlaceRules } from "./places.ts";

/** Compares two bodies that nobody understands: their length, and where they part. */
export function compareBytes(
  primary: Buffer,
  candidate: Buffer,
  place: PlaceRules,
  findings: Findings,
): void {
  if (primary.equals(candidate)) return;
  const at = firstDifference(primary, candidate);
  findings.add("body", place, "bytes", describe(primary, at), describe(candidate, at));
}

function firstDifference(a: Buffer, b: Buffer): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function describe(bytes: Buffer, at: number): string {
  const there = at < bytes.length ? bytes.subarray(at, at + 16).toString("hex") : "the end";
  return `${bytes.length} bytes; at offset ${at}: ${there}`;
}

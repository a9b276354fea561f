import { compare } from "../../../gateway/diff/compare.ts";
import type { Comparison } from "../../../gateway/diff/comparison.ts";
import type { AnsweredObservation } from "../../../gateway/diff/observation.ts";
import { type CompareRules, DEFAULT_RULES } from "../../../gateway/diff/rules.ts";

export const NOW = Date.parse("2026-08-01T10:00:00Z");

interface Told {
  readonly status?: number;
  readonly headers?: readonly string[];
  readonly type?: string | null;
  readonly body?: string | Buffer;
}

/** An answer as a test tells it: JSON unless it says otherwise. */
export function answered({
  status = 200,
  headers = [],
  type = "application/json",
  body = "",
}: Told): AnsweredObservation {
  const bytes = Buffer.from(body as string);
  return {
    kind: "answered",
    status,
    headers: type === null ? headers : ["Content-Type", type, ...headers],
    body: { bytes, length: bytes.length, sha256: null },
    durationMs: 1,
    version: null,
  };
}

export const rulesWith = (rules: Partial<CompareRules>): CompareRules => ({ ...DEFAULT_RULES, ...rules });

/** Compares two bodies of one type. */
export function compareBodies(
  primary: string | Buffer,
  candidate: string | Buffer,
  rules: Partial<CompareRules> = {},
  type: string | null = "application/json",
): Comparison {
  return compare(
    answered({ body: primary, type }),
    answered({ body: candidate, type }),
    rulesWith(rules),
    NOW,
  );
}

/** A comparison in a line for each difference: `kind at primary → candidate`, excused ones with their rule. */
export function told({ verdict, reason, differences, ignored }: Comparison): string[] {
  const side = (text: string | null) => text ?? "∅";
  return [
    reason === null ? verdict : `${verdict}: ${reason}`,
    ...differences.map(
      ({ kind, at, primary, candidate }) => `${kind} ${at} ${side(primary)} → ${side(candidate)}`,
    ),
    ...ignored.map(({ kind, at, by }) => `(${by}) ${kind} ${at}`),
  ];
}

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import { rulesDigest } from "../../../gateway/diff/rules-digest.ts";
import { DEFAULT_RULES, type CompareRules, type Matcher } from "../../../gateway/diff/rules.ts";
import { rejudge } from "../../../gateway/judge/rejudge.ts";
import type { Sample, Summary } from "../../../gateway/store/evidence-store.ts";
import { NO_COUNTS, nothingOf } from "../../../gateway/store/increments.ts";
import { evidenceKey } from "../diff/evidence-key.ts";
import { answered, NOW } from "../diff/answers.ts";

const KEY = { ...evidenceKey(), rulesDigest: rulesDigest(DEFAULT_RULES) };

const matching = (at: string, matcher: Matcher): CompareRules => {
  return { ...DEFAULT_RULES, matchers: [{ id: `rule ${at}`, at, matcher }] };
};

function sample(primary: object, candidate: object, id = "1"): Sample {
  const [p, c] = [primary, candidate].map((body) => answered({ body: JSON.stringify(body) }));
  return {
    id,
    key: KEY,
    at: NOW,
    primary: p!,
    candidate: c!,
    request: { method: "GET", target: "/", headers: [], body: Buffer.alloc(0) },
    comparison: compare(p!, c!, DEFAULT_RULES, NOW),
  };
}

function old(counts: Partial<Summary["counts"]>): Summary {
  const { hour: _hour, ...nothing } = nothingOf(KEY, NOW);
  return {
    ...nothing,
    counts: { ...NO_COUNTS, ...counts },
    groups: [],
    coverage: { "GET 200": counts.compared! },
  };
}

const UUIDS = matching("body/id", { like: "uuid" });
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const differingIds = (n: number) => sample({ id: uuid(n) }, { id: uuid(n + 500) }, `${n}`);

describe("judging again by other rules", () => {
  it("lets identical pairs match, and compares the others' samples", () => {
    const samples = [differingIds(1), differingIds(2), sample({ id: "x" }, { id: uuid(3) }, "3")];
    const again = rejudge(
      samples,
      old({ compared: 100, identical: 97, matched: 97, mismatched: 3 }),
      UUIDS,
      NOW,
    );
    expect(again.key).toEqual({ ...KEY, rulesDigest: rulesDigest(UUIDS) });
    expect(again.counts).toEqual({
      ...NO_COUNTS,
      compared: 100,
      identical: 97,
      matched: 97,
      ignored: 2,
      mismatched: 1,
    });
    expect(again.groups).toMatchObject([
      { at: "body/id", kind: "value", pairs: 2, ignoredPairs: 2 },
      { at: "body/id", kind: "shape", pairs: 1, ignoredPairs: 0 },
    ]);
  });

  it("keeps of the identical pairs the share that was kept of the others", () => {
    const samples = Array.from({ length: 10 }, (_, n) => differingIds(n));
    const counts = { compared: 1_040, identical: 1_000, mismatched: 40, onlyCandidateFailed: 8 };
    const again = rejudge(samples, old(counts), DEFAULT_RULES, NOW);
    expect(again.counts).toMatchObject({
      compared: 260,
      identical: 250,
      mismatched: 10,
      onlyCandidateFailed: 2,
    });
    expect(again.coverage).toEqual({ "GET 200": 260 });
  });

  it("knows nothing where no sample was kept, unless all pairs were identical", () => {
    const none = rejudge([], old({ compared: 100, identical: 90, mismatched: 10 }), UUIDS, NOW);
    expect(none.counts.compared).toBe(0);
    const all = rejudge([], old({ compared: 100, identical: 100, matched: 100 }), UUIDS, NOW);
    expect(all.counts).toMatchObject({ compared: 100, matched: 100 });
  });

  it("leaves samples of other evidence alone", () => {
    const others = [{ ...differingIds(1), key: { ...KEY, functionVersion: "8" } }];
    expect(rejudge(others, old({ compared: 1, mismatched: 1 }), UUIDS, NOW).counts.compared).toBe(0);
  });

  it("estimates the rate that all pairs would have shown, whichever samples were kept", () => {
    const differing = Array.from({ length: 200 }, (_, n) =>
      n % 4 === 0 ? sample({ id: 1 }, { id: 2 }, `${n}`) : differingIds(n),
    );
    const counts = { compared: 1_000, identical: 800, mismatched: 200 };
    let [sum, runs] = [0, 0];
    fc.assert(
      fc.property(fc.shuffledSubarray(differing, { minLength: 50, maxLength: 150 }), (kept) => {
        const { compared, mismatched } = rejudge(kept, old(counts), UUIDS, NOW).counts;
        sum += mismatched / compared;
        runs += 1;
      }),
      { numRuns: 100, seed: 4 },
    );
    expect(Math.abs(sum / runs - 0.05)).toBeLessThan(0.005);
  });
});

describe("redacted values", () => {
  const redact = redactor({ ...DEFAULT_REDACTION, places: ["body/secret"] }, Buffer.alloc(32, 7));
  const verdict = (primary: unknown, candidate: unknown, matcher: Matcher | null) => {
    const redacted = redact.sample(sample({ secret: primary }, { secret: candidate }));
    const rules = matcher === null ? DEFAULT_RULES : matching("body/secret", matcher);
    const { counts, groups } = rejudge([redacted], old({ compared: 1, mismatched: 1 }), rules, NOW);
    const [found] = groups;
    return counts.ignored === 1 ? "allowed" : found?.kind;
  };

  it("still differ where they are to be the same", () => {
    expect(verdict("aaaaaaaa", "bbbbbbbb", null)).toBe("value");
    expect(verdict(12345678, "12345678", null)).toBeDefined();
  });

  it("pass for any look and any nearness of their type, and for none of another", () => {
    const uuids = [uuid(1), uuid(2)] as const;
    for (const like of ["uuid", "text", "any", "timestamp", "same-but-case"] as const)
      expect(verdict(...uuids, { like })).toBe("allowed");
    for (const like of ["number", "integer"] as const) {
      expect(verdict(...uuids, { like })).toBe("shape");
      expect(verdict(12345678, 22345678, { like })).toBe("allowed");
    }
    expect(verdict(12345678, 22345678, { like: "same-number", within: 1 })).toBe("allowed");
    expect(verdict(12345678, 22345678, { like: "uuid" })).toBe("shape");
    expect(verdict(12345678, uuid(1), { like: "number" })).toBe("shape");
  });

  it("excuse nothing of the other side, where that is there", () => {
    // Nothing is worth hiding in `true`.
    expect(verdict(uuid(1), true, { like: "uuid" })).toBe("shape");
  });
});

import { describe, expect, it } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import { compileRules } from "../../../gateway/diff/places.ts";
import type { Matcher } from "../../../gateway/diff/rules.ts";
import { rulesDigest } from "../../../gateway/diff/rules-digest.ts";
import { answered, compareBodies, NOW, rulesWith, told } from "./answers.ts";

const A = '"1b4e28ba-2fa1-11d2-883f-0016d3cca427"';
const B = '"6FA459EA-EE8A-3CA4-894E-DB77E160355E"';

describe("matchers", () => {
  it.each<[Matcher, string, string, "allowed" | "shape" | "value" | "same"]>([
    [{ like: "uuid" }, A, B, "allowed"],
    [{ like: "uuid" }, A, '"42"', "shape"],
    [{ like: "uuid" }, '"42"', B, "shape"],
    [{ like: "uuid" }, A, "null", "shape"],
    [{ like: "timestamp" }, '"2026-08-01T10:00:00Z"', '"Sat, 01 Aug 2026 10:00:00 GMT"', "allowed"],
    [{ like: "timestamp" }, '"2026-08-01T10:00:00Z"', '"2026-13-01T10:00:00Z"', "shape"],
    [{ like: "timestamp" }, '"2026-08-01T10:00:00Z"', '"2026-02-30T10:00:00Z"', "shape"],
    [{ like: "date" }, '"2024-02-29"', '"2026-08-01"', "allowed"],
    [{ like: "date" }, '"2024-02-29"', '"2026-02-29"', "shape"],
    [{ like: "url" }, '"https://a.example/x"', '"http://b.example"', "allowed"],
    [{ like: "url" }, '"https://a.example/x"', '"/x"', "shape"],
    [{ like: "integer" }, "1", "2.0", "allowed"],
    [{ like: "integer" }, "1", "2.5", "shape"],
    [{ like: "integer" }, "1", '"2"', "shape"],
    [{ like: "number" }, "1", "2.5e7", "allowed"],
    [{ like: "number" }, "1", "true", "shape"],
    [{ like: "text" }, '"a"', '""', "allowed"],
    [{ like: "text" }, '"a"', "1", "shape"],
    [{ like: "any" }, '"a"', "[1]", "allowed"],
    [{ like: "same-number", within: 0.1 }, "0.3", "0.2", "allowed"],
    [{ like: "same-number", within: 0.1 }, "0.3", "0.19999999999999999999", "value"],
    [{ like: "same-number", within: 1 }, "9007199254740993", "9007199254740991", "value"],
    [{ like: "same-number", within: 1e-7 }, "1", "1.0000001", "allowed"],
    [{ like: "same-number", within: 1 }, "1e999999999", "1", "value"],
    [{ like: "same-number", within: 1 }, "1", '"1.5"', "shape"],
    [
      { like: "same-time", withinMs: 0 },
      '"2026-08-01T12:00:00+02:00"',
      '"2026-08-01 10:00:00.000Z"',
      "allowed",
    ],
    [{ like: "same-time", withinMs: 0 }, '"2026-08-01T10:00:00Z"', "1785578400", "allowed"],
    [{ like: "same-time", withinMs: 0 }, '"2026-08-01T10:00:00.5Z"', "1785578400500", "allowed"],
    [{ like: "same-time", withinMs: 1 }, '"2026-08-01T10:00:00.001Z"', '"2026-08-01T10:00:00Z"', "allowed"],
    [
      { like: "same-time", withinMs: 1 },
      '"2026-08-01T10:00:00.0010000001Z"',
      '"2026-08-01T10:00:00Z"',
      "value",
    ],
    [
      { like: "same-time", withinMs: 0 },
      '"1969-12-31T23:59:59.5Z"',
      '"1970-01-01T00:59:59.50+01:00"',
      "allowed",
    ],
    [{ like: "same-time", withinMs: 0 }, '"2026-08-01T10:00:00"', '"2026-08-01T10:00:00Z"', "value"],
    [{ like: "same-time", withinMs: 0 }, '"2026-08-01T10:00:00Z"', '"soon"', "shape"],
    [{ like: "same-but-case" }, '"Zürich"', '"ZÜRICH"', "allowed"],
    [{ like: "same-but-case" }, '"a"', '"b"', "value"],
    [{ like: "same-but-space" }, '"a  b"', String.raw`" a\tb\n"`, "allowed"],
    [{ like: "same-but-space" }, '"a b"', '"ab"', "value"],
    [{ like: "uuid" }, '"not one"', '"not one"', "same"],
  ])("%j judges %s and %s: %s", (matcher, primary, candidate, expected) => {
    const rules = { matchers: [{ id: "m", at: "body/v", matcher }] };
    for (const [p, c] of [
      [primary, candidate],
      [candidate, primary],
    ]) {
      const [verdict, line = ""] = told(compareBodies(`{"v":${p}}`, `{"v":${c}}`, rules));
      const lines = {
        same: ["match", ""],
        allowed: ["ignored", "(m) value body/v"],
        shape: ["mismatch", `shape body/v ${p} → ${c}`],
        value: ["mismatch", `value body/v ${p} → ${c}`],
      };
      expect([verdict, line]).toEqual(lines[expected]);
    }
  });

  it("do not excuse absence", () => {
    const rules = { matchers: [{ id: "m", at: "body/v", matcher: { like: "any" } }] } as const;
    expect(told(compareBodies('{"v":1}', "{}", rules))).toEqual(["mismatch", "missing body/v 1 → ∅"]);
  });

  it("judge header fields and cookies by their text", () => {
    const answer = (n: number) =>
      answered({ headers: ["X-Shard", `${n}`, "Set-Cookie", `sid=${n}; Max-Age=${n}`] });
    const integer = { like: "integer" } as const;
    const rules = rulesWith({
      matchers: ["header/x-shard", "cookie/sid/**"].map((at) => ({ id: at, at, matcher: integer })),
    });
    expect(told(compare(answer(1), answer(2), rules, NOW))).toEqual([
      "ignored",
      "(header/x-shard) value header/x-shard",
      "(cookie/sid/**) value cookie/sid",
      "(cookie/sid/**) value cookie/sid/max-age",
    ]);
  });

  it("of which several reach a place count by their order", () => {
    const rules = {
      matchers: [
        { id: "first", at: "body/*", matcher: { like: "integer" } },
        { id: "second", at: "body/v", matcher: { like: "text" } },
      ],
    } as const;
    expect(told(compareBodies('{"v":1}', '{"v":2}', rules))).toEqual(["ignored", "(first) value body/v"]);
  });
});

describe("places of rules", () => {
  const ignore = (at: string, more: object = {}) => ({
    ignores: [{ id: "i", at, kind: null, owner: "team", reason: "known", until: NOW + 1, ...more }],
  });
  const [P, C] = ['{"a":[{"x/y":1,"z":[1]}]}', '{"a":[{"x/y":2,"z":[2]}]}'];

  it.each([
    ["body/a/0/x~1y", 1],
    ["body/a/*/x~1y", 1],
    ["body/*/*/*", 1],
    ["body/a/**", 2],
    ["**", 2],
    ["body/a/0/z/**", 1],
    ["body/a", 0],
    ["body/a/1/**", 0],
    ["header/**", 0],
    ["body/a/0/x~1y/**", 1],
  ])("%s excuses %d of 2 differences", (at, excused) => {
    expect(compareBodies(P, C, ignore(at)).ignored).toHaveLength(excused);
    expect(compareBodies(P, C, ignore(at)).verdict).toBe(excused === 2 ? "ignored" : "mismatch");
  });

  it("excuse nothing once they have expired, and only the kind that they name", () => {
    expect(compareBodies(P, C, ignore("**", { until: NOW })).verdict).toBe("mismatch");
    expect(compareBodies(P, C, ignore("**", { kind: "type" })).verdict).toBe("mismatch");
    expect(compareBodies(P, C, ignore("**", { kind: "value" })).verdict).toBe("ignored");
  });

  it("excuse a status, a failure and a whole field", () => {
    const failed = { kind: "failed", failure: "timeout", durationMs: 1 } as const;
    const rules = (at: string) => rulesWith(ignore(at));
    expect(compare(answered({}), failed, rules("failure"), NOW).verdict).toBe("ignored");
    expect(compare(answered({}), answered({ status: 500 }), rules("status"), NOW).verdict).toBe("ignored");
    const tagged = answered({ headers: ["ETag", '"1"'] });
    expect(compare(answered({}), tagged, rules("header/etag"), NOW).verdict).toBe("ignored");
  });

  it("that put ** in the middle are refused in words, and make a comparison inconclusive", () => {
    expect(() => compileRules(rulesWith(ignore("body/**/id")))).toThrow(
      'Rule "i": "**" has to be the last step',
    );
    expect(told(compareBodies("[1]", "[2]", ignore("body/**/id")))).toEqual(["inconclusive: rule-failed"]);
  });

  it("are found as fast among 2,000 others", () => {
    const ignores = Array.from({ length: 2000 }, (_, n) => ignore(`body/f${n}/*/x`).ignores[0]!);
    const root = compileRules(rulesWith({ ignores })).below("body");
    expect(root.below("f1999").below("7").below("x").ignores).toHaveLength(1);
    expect(root.below("f2000").isIdle).toBe(true);
    // Steps that no rule names share one place, so that answers cannot fill the memory.
    expect(root.below("f1").below("a")).toBe(root.below("f1").below("b"));
  });
});

describe("rulesDigest", () => {
  it("is the same in whatever order members are, and another for another rule", () => {
    const rules = rulesWith({ arrays: [{ id: "a", at: "body", as: "set", key: null }] });
    const turned = rulesWith({ arrays: [{ key: null, as: "set", at: "body", id: "a" }] });
    expect(rulesDigest(rules)).toMatch(/^[0-9a-f]{16}$/);
    expect(rulesDigest(turned)).toBe(rulesDigest(rules));
    expect(rulesDigest({ ...rules, nullIsAbsent: true })).not.toBe(rulesDigest(rules));
  });
});

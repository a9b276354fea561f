import { describe, expect, it } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import type { AnsweredObservation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { answered, NOW, rulesWith, told } from "./answers.ts";

const failed = { kind: "failed", failure: "timeout", durationMs: 5 } as const;
const compared = (primary: AnsweredObservation, candidate: AnsweredObservation, rules = DEFAULT_RULES) =>
  told(compare(primary, candidate, rules, NOW));

describe("failures and status", () => {
  it("tells a candidate that failed from one that answered", () => {
    expect(told(compare(answered({ status: 201 }), failed, DEFAULT_RULES, NOW))).toEqual([
      "mismatch",
      "failure failure answered 201 → timeout",
    ]);
  });

  it("has nothing to compare with when the primary failed", () => {
    for (const candidate of [failed, answered({})])
      expect(told(compare(failed, candidate, DEFAULT_RULES, NOW))).toEqual(["inconclusive: primary-failed"]);
  });

  it("lists the status first, then fields, cookies and the body", () => {
    const one = answered({ status: 200, headers: ["Set-Cookie", "a=1", "X-A", "1"], body: "[1]" });
    const other = answered({ status: 404, headers: ["Set-Cookie", "a=2", "X-A", "2"], body: "[2]" });
    expect(compared(one, other)).toEqual([
      "mismatch",
      "status status 200 → 404",
      "value header/x-a 1 → 2",
      "value cookie/a 1 → 2",
      "value body/0 1 → 2",
    ]);
  });

  it("calls the same bytes identical, whatever carried them", () => {
    const one = answered({ headers: ["Date", "now", "X-A", "1", "X-B", "2"], body: "no json {" });
    const other = answered({ headers: ["x-b", "2", "x-a", "1", "Server", "s"], body: "no json {" });
    const rules = rulesWith({ matchers: [{ id: "m", at: "body/**/x", matcher: { like: "any" } }] });
    expect(compare(one, other, rules, NOW)).toMatchObject({ verdict: "match", identical: true });
  });

  it("does not call identical what differs in a field that rules leave out", () => {
    const rules = rulesWith({ ignoredHeaders: ["x-a"] });
    const comparison = compare(
      answered({ headers: ["X-A", "1"] }),
      answered({ headers: ["X-A", "2"] }),
      rules,
      NOW,
    );
    expect(comparison).toMatchObject({ verdict: "match", identical: false });
  });
});

describe("bodies over the cap", () => {
  const cut = (length: number, sha256: string | null, status = 200): AnsweredObservation => ({
    ...answered({ status }),
    body: { bytes: Buffer.from("[1"), length, sha256 },
  });

  it("match by length and hash", () => {
    expect(compare(cut(9, "aa"), cut(9, "aa"), DEFAULT_RULES, NOW)).toMatchObject({
      verdict: "match",
      identical: true,
    });
  });

  it.each([
    ["another hash", cut(9, "aa"), cut(9, "bb")],
    ["another length", cut(9, "aa"), cut(8, "aa")],
    ["no hash", cut(9, null), cut(9, null)],
    ["one that is whole", cut(9, "aa"), answered({ body: "[1" })],
  ])("are inconclusive with %s", (_, one, other) => {
    expect(compared(one, other)).toEqual(["inconclusive: over-cap"]);
    expect(compared(other, one)).toEqual(["inconclusive: over-cap"]);
  });

  it("do not hide a difference that is certain", () => {
    expect(compare(cut(9, "aa"), cut(9, "bb", 500), DEFAULT_RULES, NOW)).toMatchObject({
      verdict: "mismatch",
      truncated: true,
      reason: null,
    });
  });
});

describe("header fields", () => {
  it.each([
    [
      "what says who, when and over which connection",
      [
        "Date",
        "a",
        "Server",
        "b",
        "Via",
        "c",
        "Age",
        "1",
        "X-Request-Id",
        "d",
        "X-Amzn-Trace-Id",
        "e",
        "traceparent",
        "f",
        "Content-Length",
        "9",
        "Keep-Alive",
        "g",
      ],
      [],
    ],
    ["lines joined", ["X-A", "1", "X-A", "2"], ["x-a", "1,2"]],
    [
      "lists that are sets",
      ["Vary", "Origin, Accept", "Allow", "GET, PUT"],
      ["Vary", "accept", "Vary", "ORIGIN", "Allow", "PUT,GET"],
    ],
    ["directives", ["Cache-Control", 'max-age="60", Private'], ["Cache-Control", "private,max-age=60"]],
    [
      "a moment between two clocks",
      ["Expires", "Sat, 01 Aug 2026 10:00:00 GMT"],
      ["Expires", "Sat, 01 Aug 2026 10:00:02 GMT"],
    ],
    ["a coding's old name", ["Content-Encoding", "x-gzip"], ["Content-Encoding", "GZIP"]],
  ])("are the same for %s", (_, primary, candidate) => {
    expect(compared(answered({ headers: primary }), answered({ headers: candidate }))).toEqual(["match"]);
  });

  it.each([
    ['text/html; charset="UTF-8"', "Text/HTML;charset=utf-8", true],
    ["text/html;a=1;b=2", "text/html; b=2; a=1", true],
    ["text/html", "text/html; charset=utf-8", false],
    ["application/json", "application/problem+json", false],
    ['multipart/mixed; boundary="a;b"', 'multipart/mixed; boundary="a;c"', false],
  ])("content types %s and %s", (one, other, areSame) => {
    const [verdict] = compared(answered({ type: one }), answered({ type: other }));
    expect(verdict).toBe(areSame ? "match" : "mismatch");
  });

  it.each([
    [["ETag", '"1"'], ["ETag", 'W/"1"'], 'value header/etag "1" → W/"1"'],
    [["Location", "/a"], ["Location", "http://shop/a"], "value header/location /a → http://shop/a"],
    [["X-A", "1"], [], "missing header/x-a 1 → ∅"],
    [[], ["X-A", ""], "extra header/x-a ∅ → "],
    [
      ["Cache-Control", "max-age=60"],
      ["Cache-Control", "max-age=61"],
      "value header/cache-control max-age=60 → max-age=61",
    ],
    [["Expires", "0"], ["Expires", "-1"], "value header/expires 0 → -1"],
    [["X-A", "a, b"], ["X-A", "b, a"], "value header/x-a a, b → b, a"],
    [["X-A", '"a, b"'], ["X-A", '"a,b"'], 'value header/x-a "a, b" → "a,b"'],
    [["constructor", "1"], ["constructor", "2"], "value header/constructor 1 → 2"],
    [["X-A", "\u00c3\u00a0"], ["X-A", "\u00c3"], "value header/x-a \u00c3\u00a0 → \u00c3"],
  ])("%j and %j differ", (primary, candidate, line) => {
    expect(compared(answered({ headers: primary }), answered({ headers: candidate }))).toEqual([
      "mismatch",
      line,
    ]);
  });

  it("are left out where rules say so", () => {
    const rules = rulesWith({ ignoredHeaders: ["x-a", "set-cookie"] });
    const one = answered({ headers: ["X-A", "1", "Set-Cookie", "a=1"] });
    expect(compared(one, answered({}), rules)).toEqual(["match"]);
  });
});

describe("cookies", () => {
  const set = (...lines: string[]) => answered({ headers: lines.flatMap((line) => ["Set-Cookie", line]) });

  it.each([
    ["order, case and spacing", ["a=1; Path=/; HttpOnly", "b=2"], ["b=2", "a=1;httponly;  path=/"]],
    [
      "domain and same-site",
      ["a=1; Domain=.Shop.example; SameSite=Lax"],
      ["a=1; Domain=shop.example; SameSite=lax"],
    ],
    [
      "expiry 2 s apart",
      ["a=1; Expires=Sat, 01-Aug-2026 10:00:00 GMT"],
      ["a=1; Expires=Sat, 01 Aug 2026 10:00:02 GMT"],
    ],
    ["paths apart", ["a=1; Path=/x", "a=2; Path=/y"], ["a=2; Path=/y", "a=1; Path=/x"]],
  ])("are the same for %s", (_, primary, candidate) => {
    expect(compared(set(...primary), set(...candidate))).toEqual(["match"]);
  });

  it.each([
    [["a=1"], ["a=2"], ["value cookie/a 1 → 2"]],
    [["a=1"], [], ["missing cookie/a 1 → ∅"]],
    [[], ["a=1"], ["extra cookie/a ∅ → 1"]],
    [
      ["a=1; Secure; Max-Age=60"],
      ["a=1; Max-Age=61"],
      ["missing cookie/a/secure  → ∅", "value cookie/a/max-age 60 → 61"],
    ],
    [["a=1; Path=/x"], ["a=1; Path=/y"], ["value cookie/a/path /x → /y"]],
    [
      ["a=1; Expires=Sat, 01 Aug 2026 10:00:00 GMT"],
      ["a=1; Expires=Sat, 01 Aug 2026 10:00:03 GMT"],
      ["value cookie/a/expires Sat, 01 Aug 2026 10:00:00 GMT → Sat, 01 Aug 2026 10:00:03 GMT"],
    ],
    [["a/b=1"], ["a/b=2"], ["value cookie/a~1b 1 → 2"]],
    [["__proto__=1"], ["__proto__=2"], ["value cookie/__proto__ 1 → 2"]],
  ])("%j and %j differ", (primary, candidate, lines) => {
    expect(compared(set(...primary), set(...candidate))).toEqual(["mismatch", ...lines]);
  });
});

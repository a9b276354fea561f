import { describe, expect, it } from "vitest";
import type { Diffs } from "../../../gateway/admin/contract.ts";
import { diffsText } from "../../../gateway/cli/diffs.ts";
import { PLAIN_SCREEN } from "../../../gateway/cli/screen.ts";

const DAY = "2026-11-21T10:00:00.000Z";
const SEEN: Diffs["evidence"][number] = {
  route: "get-order",
  candidate: "function",
  functionVersion: "7",
  rules: "r1",
  environment: "prod",
  firstAt: DAY,
  lastAt: DAY,
  counts: {
    compared: 200,
    matched: 150,
    ignored: 5,
    mismatched: 44,
    inconclusive: 1,
    identical: 140,
    bothFailed: 0,
    onlyPrimaryFailed: 0,
    onlyCandidateFailed: 0,
  },
  dropped: { busy: 3 },
  coverage: {},
  groups: [
    {
      at: "body/total",
      kind: "value",
      pairs: 44,
      ignoredPairs: 0,
      percent: 22,
      noise: "regresses",
      firstAt: DAY,
      lastAt: DAY,
      examples: [{ primary: "10", candidate: "\u001b[2J11" }],
    },
    {
      at: "body/note",
      kind: "value",
      pairs: 5,
      ignoredPairs: 5,
      percent: 2.5,
      noise: null,
      firstAt: DAY,
      lastAt: DAY,
      examples: [],
    },
  ],
  suggestions: [
    {
      at: "body/at",
      sentence: "it is always a timestamp",
      list: "matchers",
      paste: "- { at: body/at }",
      hides: 0.5,
    },
  ],
};

it("says how the sides differ, what is excused, what was left out and what would quiet noise", () => {
  const text = diffsText({ evidence: [SEEN], samples: [] }, { ...PLAIN_SCREEN, columns: 120 });
  expect(text).toBe(
    [
      "get-order · function compared · version 7 · prod · 2026-11-21 10:00 to 2026-11-21 10:00",
      "200 compared: 150 the same, 44 different, 5 excused by rules, 1 inconclusive",
      "PAIRS  SHARE  KIND   WHERE       LEGACY  FUNCTION",
      "44     22 %   value  body/total  10      \\u{1b}[2J11  regresses",
      "5      2.5 %  value  body/note   -       -            excused by a rule",
      "not compared: busy 3",
      "rule? it is always a timestamp",
      "      compare.matchers: - { at: body/at }",
    ].join("\n"),
  );
});

it("names the sides by who was compared with whom", () => {
  const text = diffsText({ evidence: [{ ...SEEN, candidate: "legacy" }], samples: [] }, PLAIN_SCREEN);
  expect(text).toMatch(/WHERE +FUNCTION +LEGACY/);
});

it("says what to do when nothing was compared", () => {
  expect(diffsText({ evidence: [], samples: [] }, PLAIN_SCREEN)).toContain("next: banyan flip ROUTE shadow");
});

describe("of what has no pair", () => {
  const counts = { ...SEEN.counts, compared: 0, matched: 0, ignored: 0, mismatched: 0, inconclusive: 0 };
  const empty = { ...SEEN, functionVersion: "", counts, groups: [], suggestions: [], dropped: {} };
  const told = (...evidence: Diffs["evidence"]) => diffsText({ evidence, samples: [] }, PLAIN_SCREEN);

  it("tells only why there is none, once for a route and side", () => {
    const left = [
      { ...empty, dropped: { busy: 3 } },
      { ...empty, functionVersion: "6", dropped: { busy: 1, rate: 2 } },
    ];
    expect(told(SEEN, ...left, empty)).toBe(
      `${told(SEEN)}\n\nget-order · function not compared: busy 4, rate 2`,
    );
    expect(told(SEEN, empty)).toBe(told(SEEN));
  });

  it("does not ask for a flip where copies were made and left out", () => {
    expect(told(empty)).toBe(told());
    const text = told({ ...empty, dropped: { "breaker-open": 7 } });
    expect(text).toContain("get-order · function not compared: breaker-open 7");
    expect(text).not.toContain("banyan flip");
  });
});

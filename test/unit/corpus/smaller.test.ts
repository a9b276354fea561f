import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CorpusEntry, CorpusRequest } from "../../../gateway/corpus/corpus.ts";
import { smaller } from "../../../gateway/corpus/smaller.ts";
import { arbitraryEntry } from "../../support/corpora/arbitrary-entry.ts";
import { entry } from "../../support/corpora/items.ts";

const requested = (changes: Partial<CorpusRequest>) => entry({ request: { ...entry().request, ...changes } });
const json = (value: unknown) =>
  requested({
    method: "POST",
    headers: ["Content-Type", "application/json"],
    body: Buffer.from(JSON.stringify(value)),
  });

/** The smallest request that still fails, as somebody who shrinks finds it. */
function smallest(from: CorpusEntry, fails: (one: CorpusEntry) => boolean): CorpusEntry {
  const next = smaller(from).find(fails);
  return next === undefined ? from : smallest(next, fails);
}

describe("smaller requests", () => {
  it("lead to the one part of a body that matters", () => {
    const big = json({ a: [1, 2, { name: "x".repeat(100), bad: 40 }], b: "text", c: { d: true } });
    const fails = ({ request }: CorpusEntry) => request.body.includes('"bad"');
    expect(smallest(big, fails).request.body.toString()).toBe('{"a":[{"bad":0}]}');
  });

  it("lead to the one parameter that matters", () => {
    const big = requested({
      target: "/x?a=1&page=%C3%A4%C3%B6bcdef&c=3",
      headers: ["Host", "h", "Accept", "*/*", "X-A", "1"],
    });
    const { request } = smallest(big, ({ request: { target } }) => /[?&]page=%C3%A4/.test(target));
    expect(request.target).toBe("/x?page=%C3%A4%C3%B6");
    expect(request.headers).toEqual(["Host", "h"]);
  });

  it("of a form are forms", () => {
    const form = requested({
      headers: ["Content-Type", "application/x-www-form-urlencoded"],
      body: Buffer.from("a=1&b=2&c=3"),
    });
    expect(smallest(form, ({ request }) => request.body.includes("b=2")).request.body.toString()).toBe("b=2");
  });

  it("come with ids of their own, and without an answer", () => {
    const answer = { status: 200, headers: [], body: Buffer.alloc(0), isWhole: true, durationMs: 1 };
    const first = smaller({ ...json([1, 2]), answer });
    expect(first.map(({ id }) => id)).toEqual(first.map((_, n) => `r-1~${n + 1}`));
    expect(first.every((one) => one.answer === null)).toBe(true);
    expect(smaller(first.at(-1)!).every(({ id }) => /^r-1~\d+$/.test(id))).toBe(true);
  });

  it("come to an end whatever the request is, and are never more than can be sent", () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryEntry, fc.jsonValue({ maxDepth: 3 }).map(json)), (from) => {
        let steps = 0;
        let current: CorpusEntry | undefined = from;
        while (current !== undefined) {
          const next = smaller(current);
          expect(next.length).toBeLessThanOrEqual(200);
          current = next.at(-1);
          steps += 1;
          expect(steps).toBeLessThan(3000);
        }
      }),
      { numRuns: 40 },
    );
  });
});

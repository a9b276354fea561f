import { describe, expect, it } from "vitest";
import type { FieldNoise } from "../../../gateway/store/evidence-store.ts";
import { suggestRules } from "../../../gateway/diff/suggest.ts";
import { comparison, difference } from "./comparisons.ts";

const noisy = (at: string, shapes: readonly string[]): FieldNoise => {
  return { at, triples: 1_000, onlyCandidate: 0, onlySecondary: 0, both: 1_000, shapes, features: {} };
};
const time = (second: number) => `"2026-11-21T10:00:0${second}Z"`;

describe("suggested rules", () => {
  it("demand the shape that a noisy place always has, and say what that hides", () => {
    const only = comparison(difference("body/updatedAt", time(1), time(2)));
    const more = comparison(difference("body/updatedAt", time(1), time(2)), difference("body/total"));
    const broken = comparison(difference("body/updatedAt", time(1), '"soon"'));
    const [suggestion] = suggestRules(
      [noisy("body/updatedAt", ["timestamp", "text"])],
      [only, more, broken, only],
    );
    expect(suggestion).toEqual({
      at: "body/updatedAt",
      sentence:
        "`body/updatedAt` differs from itself 100 % of the time and is always a timestamp: matcher `like: timestamp`? 50 % of the pairs would match that are mismatches now.",
      rule: {
        sort: "matcher",
        rule: { id: "timestamp body/updatedAt", at: "body/updatedAt", matcher: { like: "timestamp" } },
      },
      paste: "- { at: body/updatedAt, like: timestamp }",
      hides: 0.5,
    });
  });

  it("reach all elements of a list", () => {
    const pair = comparison(difference("body/items/3/at", time(1), time(2)));
    expect(suggestRules([noisy("body/items/*/at", ["timestamp"])], [pair])[0]).toMatchObject({
      paste: '- { at: "body/items/*/at", like: timestamp }',
      hides: 1,
    });
  });

  it("compare as a set what differs in its order only", () => {
    const pair = comparison(difference("body/tags", '["a","b"]', '["b","a"]', "order"));
    expect(suggestRules([noisy("body/tags", ["array"])], [pair])[0]).toMatchObject({
      paste: "- { at: body/tags, as: set }",
      hides: 1,
    });
  });

  it("come with the one that quiets most first", () => {
    const pair = comparison(difference("body/b", "1", "2"));
    const fields = [noisy("body/a", ["integer"]), noisy("body/b", ["integer"])];
    expect(suggestRules(fields, [pair]).map(({ at }) => at)).toEqual(["body/b", "body/a"]);
  });

  it("are not made for a place that regresses, differs without a shape, or hardly ever", () => {
    const regressing = { ...noisy("body/a", ["integer"]), onlyCandidate: 200, onlySecondary: 20, both: 0 };
    const rare = { ...noisy("body/b", ["integer"]), both: 2 };
    expect(suggestRules([regressing, rare, noisy("body/c", []), noisy("**", ["text"])], [])).toEqual([]);
  });

  it("do not count a pair of which not all differences are known", () => {
    const cut = { ...comparison(difference("body/a", "1", "2")), truncated: true };
    expect(suggestRules([noisy("body/a", ["integer"])], [cut])[0]).toMatchObject({ hides: 0 });
  });
});

import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptCommand, curlOf, quoted } from "../../../page/diffs/command-line.ts";
import { hiddenBy } from "../../../page/diffs/hidden-by.ts";
import { lineDiff } from "../../../page/diffs/line-diff.ts";
import { placeTree, type PlaceGroup } from "../../../page/diffs/place-tree.ts";
import { prettyJson } from "../../../page/diffs/pretty-json.ts";

function group(at: string, pairs: number, more: Partial<PlaceGroup> = {}): PlaceGroup {
  const firstAt = "2026-11-21T00:00:00.000Z";
  return {
    at,
    kind: "value",
    pairs,
    ignoredPairs: 0,
    percent: 1,
    noise: null,
    firstAt,
    lastAt: firstAt,
    examples: [],
    ...more,
  };
}

describe("the tree of places", () => {
  it("shows the most frequent first and joins what has nothing beside it", () => {
    const lines = placeTree([
      group("body/lines/*/price", 3),
      group("body/lines/*/sku", 9),
      group("status", 5),
    ]);
    expect(lines.map(({ label, depth, pairs }) => [label, depth, pairs])).toEqual([
      ["body/lines/*", 0, 9],
      ["sku", 1, 9],
      ["price", 1, 3],
      ["status", 0, 5],
    ]);
    expect(lines[1]?.at).toBe("body/lines/*/sku");
  });

  it("loses no difference, whatever places are called", () => {
    const places = fc.uniqueArray(fc.stringMatching(/^[a-c*]{1,2}(\/[a-c*]{0,2}){0,4}$/), { maxLength: 12 });
    fc.assert(
      fc.property(places, (all) => {
        const groups = all.map((at, n) => group(at, n + 1));
        const shown = placeTree(groups).flatMap((line) => line.groups.map(({ at }) => [at, line.at]));
        expect(new Set(shown.map(([at]) => at))).toEqual(new Set(all));
        expect(shown.filter(([at, line]) => at !== line)).toEqual([]);
      }),
    );
  });
});

describe("bodies", () => {
  it("lays JSON out and keeps each number as it was written", () => {
    expect(prettyJson('{"n":9007199254740993,"a":[1.0,{}],"s":"a,{b}\\""}')).toBe(
      '{\n  "n": 9007199254740993,\n  "a": [\n    1.0,\n    {}\n  ],\n  "s": "a,{b}\\""\n}',
    );
    expect(prettyJson("<html>")).toBeNull();
  });

  it("changes nothing but space", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(prettyJson(text)!)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("aligns what is equal and loses no line", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 12 })
      .map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (ours, theirs) => {
        const rows = lineDiff(ours, theirs);
        expect(rows.flatMap((row) => row.ours ?? []).join("\n")).toBe(ours);
        expect(rows.flatMap((row) => row.theirs ?? []).join("\n")).toBe(theirs);
        expect(rows.every((row) => !row.isSame || row.ours === row.theirs)).toBe(true);
      }),
    );
    expect(lineDiff("a\nx\nb", "a\ny\nz\nb").map(({ isSame }) => isSame)).toEqual([true, false, false, true]);
  });
});

describe("commands to paste", () => {
  it("gives a shell each text as one argument, unchanged", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("'", '"', "$", "`", "\\", "\n", "\u001B", "\u0085", "!", "a") }),
    );
    fc.assert(
      fc.property(
        hostile.filter((text) => text.isWellFormed() && !text.includes("\0")),
        (text) => {
          expect(execFileSync("bash", ["-c", `printf %s ${quoted(text)}`], { encoding: "utf8" })).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("asks again what a client asked", () => {
    expect(curlOf("GET /api/orders/1?x='y'")).toBe(
      `curl -i --path-as-is --globoff "\${GATEWAY:-http://127.0.0.1:8080}"'/api/orders/1?x='\\''y'\\'''`,
    );
    expect(curlOf("DELETE /x")).toContain("-X DELETE ");
    expect(curlOf("HEAD /x")).toContain("--head ");
  });

  it("writes the command that excuses a place", () => {
    expect(acceptCommand("get-order", "body/lines/*/price", "rounding, see #12", "2027-01-31")).toBe(
      "banyan diffs get-order --at 'body/lines/*/price' --accept 'rounding, see #12' --until 2027-01-31",
    );
  });
});

it("tells how much an ignore rule would hide", () => {
  const difference = (at: string) => ({ at, kind: "value", primary: "1", candidate: "2" });
  const sample = (...places: string[]) => ({
    id: "1",
    at: "2026-11-21T00:00:00.000Z",
    request: "GET /",
    verdict: "mismatch",
    differences: places.map(difference),
    primary: { status: 200, failure: null, body: "" },
    candidate: { status: 200, failure: null, body: "" },
  });
  const samples = [
    sample("body/lines/0/price", "body/lines/1/price"),
    sample("body/lines/0/price", "status"),
  ];
  const groups = [group("body/lines/*/price", 9, { ignoredPairs: 2 })];
  expect(hiddenBy("body/lines/*/price", groups, samples)).toEqual({ pairs: 7, onlyHere: 1 });
});

import { describe, expect, it } from "vitest";
import { compareBodies, NOW, told } from "./answers.ts";

describe("JSON bodies", () => {
  it.each([
    ["numbers of one value", '{"n":1}', '{"n":1.0}'],
    ["numbers of one value, with exponents", "[1,100,0.5,0,-1.50]", "[10e-1,1E+2,5e-1,-0.0,-15e-1]"],
    ["numbers with huge exponents", "[1e999999999999,-0]", "[10e999999999998,0e77777777777]"],
    ["members in another order", '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ["white space", '{"a":[1,2]}', ' {\r\n\t"a" : [ 1 , 2 ] }\n'],
    ["escapes", String.raw`{"\u0061":"\/\u00e9\n\ud83d\ude00"}`, '{"a":"/é\\n😀"}'],
    ["arrays of arrays, pretty-printed", "[[1],[2,[3]]]", "[ [1], [2, [3]] ]"],
    ["nothing but another writing of null", "null", " null "],
  ])("are the same for %s", (_, primary, candidate) => {
    expect(told(compareBodies(primary, candidate))).toEqual(["match"]);
    expect(compareBodies(primary, candidate).identical).toBe(false);
  });

  it.each([
    ["a value", '{"a":{"b":1}}', '{"a":{"b":2}}', ["value body/a/b 1 → 2"]],
    ["a boolean", '{"a":true}', '{"a":false}', ["value body/a true → false"]],
    ["a type", '{"a":1}', '{"a":"1"}', ['type body/a 1 → "1"']],
    ["null for a value", '{"a":null}', '{"a":{}}', ["type body/a null → {}"]],
    ["a member that is gone", '{"a":1,"b":[2]}', '{"a":1}', ["missing body/b [2] → ∅"]],
    ["a member that came", "{}", '{"b":{"c":2}}', ['extra body/b ∅ → {"c":2}']],
    ["null and absent", '{"a":null}', "{}", ["missing body/a null → ∅"]],
    ["the whole", "[]", "{}", ["type body [] → {}"]],
    [
      "digits beyond doubles",
      "[9007199254740993]",
      "[9007199254740992]",
      ["value body/0 9007199254740993 → 9007199254740992"],
    ],
    ["a sum of doubles", "[0.30000000000000004]", "[0.3]", ["value body/0 0.30000000000000004 → 0.3"]],
    ["magnitudes no double holds", "[1e999]", "[1e998]", ["value body/0 1e999 → 1e998"]],
    ["names with / and ~", '{"a/b":{"~":1}}', '{"a/b":{"~":2}}', ["value body/a~1b/~0 1 → 2"]],
    ["an empty name", '{"":1}', '{"":2}', ["value body/ 1 → 2"]],
    ["__proto__", '{"__proto__":{"x":1}}', '{"__proto__":{"x":2}}', ["value body/__proto__/x 1 → 2"]],
    [
      "constructor, which every object seems to have",
      '{"constructor":1}',
      "{}",
      ["missing body/constructor 1 → ∅"],
    ],
    ["the first of duplicates", '{"a":1,"a":2}', '{"a":3,"a":2}', ["value body/a 1 → 3"]],
    ["a duplicate that is gone", '{"a":1,"b":0,"a":2}', '{"b":0,"a":1}', ["missing body/a 2 → ∅"]],
    [
      "a lone surrogate",
      String.raw`["\ud800"]`,
      String.raw`["\ud801"]`,
      [String.raw`value body/0 "\ud800" → "\ud801"`],
    ],
  ])("differ in %s", (_, primary, candidate, differences) => {
    expect(told(compareBodies(primary, candidate))).toEqual(["mismatch", ...differences]);
  });

  it("are the same with null for absent where a rule says so, but an element that is null stays one", () => {
    const nullIsAbsent = true;
    expect(told(compareBodies('{"a":null,"b":1}', '{"b":1,"c":null}', { nullIsAbsent }))).toEqual(["match"]);
    expect(told(compareBodies("[1,null]", "[1]", { nullIsAbsent }))).toEqual([
      "mismatch",
      "missing body/1 null → ∅",
    ]);
  });

  it("differ in how numbers are written where a rule says so", () => {
    expect(told(compareBodies("[1,2]", "[1.0,2]", { numbersAsWritten: true }))).toEqual([
      "mismatch",
      "value body/0 1 → 1.0",
    ]);
  });

  it.each([
    '{"a":1,}',
    "{a:1}",
    "[01]",
    "[1.]",
    "[.5]",
    "[+1]",
    "['a']",
    "[1 2]",
    "tru",
    '"\u0001"',
    '"\\x"',
    '"\\u12G4"',
    '{"a"}',
    "[1]]",
    "[",
    '"a',
    "1 1",
    "NaN",
    "//",
  ])("that are no JSON are compared as text: %s", (broken) => {
    expect(told(compareBodies(broken, "[]"))).toEqual(["mismatch", `value body/line/1 ${broken} → []`]);
  });

  it("tell of a byte order mark that one side alone has", () => {
    expect(told(compareBodies("\uFEFF[1]", "[ 1 ]"))).toEqual([
      "mismatch",
      "bytes body begins with a byte order mark → begins without a byte order mark",
    ]);
  });

  it("are seen without a content type", () => {
    expect(told(compareBodies('{"a":1}', '{ "a": 1 }', {}, null))).toEqual(["match"]);
  });

  it("show 200 characters of a value, and never half a character", () => {
    const text = `${"x".repeat(198)}😀`;
    const [difference] = compareBodies(JSON.stringify([text]), "[1]").differences;
    expect(difference?.primary).toBe(`"${"x".repeat(198)}`);
  });

  it("list 100 differences and say that there are more", () => {
    const numbers = (from: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`m${n}`, n + from])));
    const comparison = compareBodies(numbers(0), numbers(1));
    expect(comparison).toMatchObject({ verdict: "mismatch", truncated: true });
    expect(comparison.differences).toHaveLength(100);
  });

  it.each([
    ["nested 10,000 levels deep", (leaf: string) => "[".repeat(10_000) + leaf + "]".repeat(10_000)],
    ["nested as deep in objects", (leaf: string) => '{"a":'.repeat(10_000) + leaf + "}".repeat(10_000)],
  ])("%s are too complex once they differ, and are compared as long as their bytes are one", (_, nest) => {
    expect(told(compareBodies(nest("1"), nest("2")))).toEqual(["inconclusive: too-complex"]);
    expect(told(compareBodies(nest("1"), ` ${nest("1")}`))).toEqual(["match"]);
  });

  it("of hostile shape end: duplicates, brackets and near-likes by the hundred thousand", () => {
    const many = (of: string, n: number) => Array.from({ length: n }, () => of).join();
    const pairs: [string, string][] = [
      [`{${many('"a":1', 100_000)}}`, `{"b":1,${many('"a":2', 100_000)}}`],
      [`[${many("[]", 100_000)}]`, `[1,${many("[[]]", 100_000)}]`],
      [`[${many("1,2", 100_000)}]`, `[${many("2,1", 90_000)}]`],
    ];
    for (const [primary, candidate] of pairs)
      expect(compareBodies(primary, candidate).verdict).toMatch(/mismatch|inconclusive/);
  });
});

const record = (id: number, more: object = {}) => ({ id, name: `name ${id}`, state: "open", ...more });
const records = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, n) => record(n, more));
const json = (value: unknown) => JSON.stringify(value);

describe("arrays", () => {
  it.each([
    ["an element in front", "[1,2,3]", "[0,1,2,3]", ["extra body/0 ∅ → 0"]],
    ["an element inside", "[1,2,3]", "[1,2,9,3]", ["extra body/2 ∅ → 9"]],
    ["an element behind", "[1,2,3]", "[1,2,3,4]", ["extra body/3 ∅ → 4"]],
    ["an element gone", "[1,2,3]", "[1,3]", ["missing body/1 2 → ∅"]],
    ["one of equals gone", "[1,1,1]", "[1,1]", ["missing body/2 1 → ∅"]],
    ["an element changed", "[1,2,3]", "[1,9,3]", ["value body/1 2 → 9"]],
    [
      "one gone and one come, apart",
      "[1,2,3,4,5]",
      "[2,3,4,5,6]",
      ["missing body/0 1 → ∅", "extra body/4 ∅ → 6"],
    ],
    ["two orders", "[1,2,3]", "[3,1,2]", ["order body [1,2,3] → [3,1,2]"]],
    [
      "two orders of what is written otherwise",
      '[{"a":1,"b":2},3]',
      '[3,{"b":2.0,"a":1}]',
      ['order body [{"a":1,"b":2},3] → [3,{"b":2.0,"a":1}]'],
    ],
    ["elements deep inside", "[[1],[[2],[3]]]", "[[1],[[2],[4]]]", ["value body/1/1/0 3 → 4"]],
  ])("as lists differ in %s", (_, primary, candidate, differences) => {
    expect(told(compareBodies(primary, candidate))).toEqual(["mismatch", ...differences]);
  });

  it("find elements that changed and moved by what they have in common", () => {
    const changed = [
      record(-1),
      ...records(300).map((one) => ({ ...one, state: one.id === 7 ? "shut" : "open" })),
    ];
    expect(told(compareBodies(json(records(300)), json(changed)))).toEqual([
      "mismatch",
      'extra body/0 ∅ → {"id":-1,"name":"name -1","state":"open"}',
      'value body/7/state "open" → "shut"',
    ]);
  });

  it("find elements even where every one of them changed", () => {
    const comparison = compareBodies(
      json(records(60)),
      json([record(-1), ...records(60, { state: "shut" })]),
    );
    expect(comparison.differences).toHaveLength(61);
    expect(new Set(comparison.differences.map(({ kind, at }) => `${kind} ${at.split("/").length}`))).toEqual(
      new Set(["extra 2", "value 3"]),
    );
  });

  it("find elements through what rules cover", () => {
    const at = (from: number) =>
      records(40).map((one, n) => ({ ...one, seen: n * 1000 + from, trace: `t${from}-${n}` }));
    const rules = {
      matchers: [{ id: "seen", at: "body/*/seen", matcher: { like: "integer" } }],
      ignores: [{ id: "trace", at: "body/*/trace", kind: null, owner: "me", reason: "ids", until: NOW + 1 }],
    } as const;
    const comparison = compareBodies(json(at(1)), json(at(2).toSpliced(20, 1)), rules);
    expect(comparison.differences.map(({ kind, at }) => `${kind} ${at}`)).toEqual(["missing body/20"]);
    expect(comparison.ignored).toHaveLength(78);
  });

  it.each([
    ["set", "[1,2,2]", "[2,1,2]", ["match"]],
    ["set", "[1,2,2]", "[2,1,1]", ["mismatch", "missing body/2 2 → ∅", "extra body/2 ∅ → 1"]],
    [
      "keyed",
      '[{"k":1,"v":1},{"k":2,"v":2}]',
      '[{"k":2,"v":3},{"k":1.0,"v":1}]',
      ["mismatch", "value body/1/v 2 → 3"],
    ],
    [
      "keyed",
      '[{"k":1},5]',
      '[5,{"k":2}]',
      ["mismatch", 'missing body/0 {"k":1} → ∅', 'extra body/1 ∅ → {"k":2}'],
    ],
    [
      "keyed",
      '[{"k":1,"v":1},{"k":1,"v":2}]',
      '[{"k":1,"v":1},{"k":1,"v":3}]',
      ["mismatch", "value body/1/v 2 → 3"],
    ],
  ] as const)("as %s: %s and %s", (as, primary, candidate, expected) => {
    const arrays = [{ id: "a", at: "body", as, key: "k" }];
    expect(told(compareBodies(primary, candidate, { arrays }))).toEqual(expected);
  });

  it("inside arrays obey their own rules when elements are looked for", () => {
    const arrays = [{ id: "tags", at: "body/*/tags", as: "set", key: null }] as const;
    const primary = json([{ tags: [1, 2] }, { tags: [3, 4] }]);
    expect(
      told(compareBodies(primary, json([{ tags: [0] }, { tags: [2, 1] }, { tags: [4, 3] }]), { arrays })),
    ).toEqual(["mismatch", 'extra body/0 ∅ → {"tags":[0]}']);
  });
});

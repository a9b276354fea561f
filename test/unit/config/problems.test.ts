import { describe, expect, test } from "vitest";
import type { Problem } from "../../../gateway/config/problem.ts";
import { PROBLEM_FORMATS, renderProblems } from "../../../gateway/config/problems.ts";
import { RULES } from "../../../gateway/config/rules.ts";
import { problemsOf } from "./load-text.ts";

const problem: Problem = {
  file: "config/routes.yaml",
  line: 2,
  col: 10,
  message: "`urk` is no known key",
  hint: "did you mean `url`?",
  rule: "BYN1004",
  severity: "error",
  at: "legacy.urk",
};
const source = "version: 1\nlegacy: { urk: http://h }\n";
const parsed = (format: "json" | "gitlab" | "sarif", problems: readonly Problem[]): unknown =>
  JSON.parse(renderProblems(problems, format));

test("text points at the place in the line", () => {
  expect(renderProblems([problem], "text", source)).toBe(
    [
      "config/routes.yaml:2:10: error: `urk` is no known key (did you mean `url`?) [BYN1004]",
      "  2 | legacy: { urk: http://h }",
      "    |          ^",
    ].join("\n"),
  );
});

test("text shows a window of a long line, and no line where there is none", () => {
  const far = { ...problem, line: 1, col: 5001 };
  const excerpt = renderProblems([far], "text", `${"x".repeat(5000)}HERE${"y".repeat(5000)}`).split("\n");
  expect(excerpt[1]).toHaveLength(106);
  expect(excerpt[1]?.slice(excerpt[2]?.indexOf("^"))).toMatch(/^HEREy+$/);
  expect(renderProblems([problem], "text")).not.toContain("\n");
});

test("json holds the problems as they are", () => {
  expect(parsed("json", [problem])).toEqual({ schemaVersion: 1, problems: [problem] });
});

test("github annotations escape what would end a property or the command", () => {
  const nasty = {
    ...problem,
    file: "a,b:c.yaml",
    message: "100% of\n::error::",
    severity: "warning",
  } as const;
  expect(renderProblems([nasty], "github")).toBe(
    "::warning file=a%2Cb%3Ac.yaml,line=2,col=10,title=BYN1004::100%25 of\\u{a}::error:: (did you mean `url`?)",
  );
});

describe("gitlab code quality", () => {
  const fingerprintOf = (one: Problem) =>
    renderProblems([one], "gitlab").match(/"fingerprint": "(\w+)"/)?.[1];

  test("has what GitLab asks for", () => {
    expect(parsed("gitlab", [problem])).toEqual([
      {
        description: "`urk` is no known key (did you mean `url`?)",
        check_name: "BYN1004",
        fingerprint: fingerprintOf(problem),
        severity: "major",
        location: { path: "config/routes.yaml", lines: { begin: 2 } },
      },
    ]);
  });

  test("knows a problem again that has moved, and no other", () => {
    expect(fingerprintOf({ ...problem, line: 40, col: 1 })).toBe(fingerprintOf(problem));
    expect(fingerprintOf({ ...problem, at: "aws.urk" })).not.toBe(fingerprintOf(problem));
    expect(fingerprintOf({ ...problem, rule: "BYN1005" })).not.toBe(fingerprintOf(problem));
  });
});

test("sarif is 2.1.0, with every rule and a region", () => {
  expect(parsed("sarif", [{ ...problem, file: "my config/routes.yaml" }])).toMatchObject({
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "banyan", rules: RULES.map(({ id }) => ({ id })) } },
        results: [
          {
            ruleId: "BYN1004",
            ruleIndex: 3,
            level: "error",
            message: { text: "`urk` is no known key (did you mean `url`?)" },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "my%20config/routes.yaml" },
                  region: { startLine: 2, startColumn: 10 },
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

test.each(PROBLEM_FORMATS)("%s never passes on bytes that move a cursor or turn text round", (format) => {
  const text =
    'version: 1\nlegacy: { url: "http://h", "\\e[2J\\u202e\\r\\n::error::\\x9b": 1 }\n# \u001b]0;x\u0007\u009b\n';
  const rendered = renderProblems(problemsOf(text), format, text.replace("\\e", "\u001b"));
  expect(rendered).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(rendered.split("\n").filter((line) => line.startsWith("::error::"))).toEqual([]);
  expect(rendered).toContain("u{202e}");
});

import { createHash } from "node:crypto";
import type { Problem } from "./problem.ts";
import { RULES } from "./rules.ts";

export const PROBLEM_FORMATS = ["text", "json", "github", "gitlab", "sarif"] as const;
export type ProblemFormat = (typeof PROBLEM_FORMATS)[number];

const RENDERERS: Record<ProblemFormat, (problems: readonly Problem[], source: string) => string> = {
  text: asText,
  json: (problems) => JSON.stringify({ schemaVersion: 1, problems }, null, 2),
  github: (problems) => problems.map(asAnnotation).join("\n"),
  gitlab: (problems) => JSON.stringify(problems.map(asCodeQuality), null, 2),
  sarif: (problems) => JSON.stringify(asSarif(problems), null, 2),
};

/** Problems in one of the formats, without a newline at the end; `source` is the file's text, for excerpts. */
export function renderProblems(problems: readonly Problem[], format: ProblemFormat, source = ""): string {
  return RENDERERS[format](problems.map(withVisibleBytes), source);
}

/** `file:line:col: message (what to do)` with the line and a caret below. */
function asText(problems: readonly Problem[], source: string): string {
  const lines = source.split(/\r?\n/);
  return problems
    .map((problem) => {
      const { file, line, col, severity, message, hint, rule } = problem;
      const head = `${file}:${line}:${col}: ${severity}: ${message} (${hint}) [${rule}]`;
      const excerpt = lines[line - 1];
      return excerpt === undefined || excerpt.trim() === ""
        ? head
        : `${head}\n${pointedAt(excerpt, line, col)}`;
    })
    .join("\n");
}

const EXCERPT_WIDTH = 100;

function pointedAt(excerpt: string, line: number, col: number): string {
  const from = Math.max(0, col - 1 - EXCERPT_WIDTH / 2);
  const before = visible(excerpt.slice(from, col - 1));
  const after = visible(excerpt.slice(col - 1, from + EXCERPT_WIDTH));
  const gutter = String(line);
  return `  ${gutter} | ${before}${after}\n  ${" ".repeat(gutter.length)} | ${" ".repeat(before.length)}^`;
}

/** A workflow command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function asAnnotation({ file, line, col, severity, message, hint, rule }: Problem): string {
  const data = (text: string) => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string) => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  const where = `file=${property(file)},line=${line},col=${col},title=${property(rule)}`;
  return `::${severity} ${where}::${data(`${message} (${hint})`)}`;
}

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
function asCodeQuality(problem: Problem): unknown {
  return {
    description: `${problem.message} (${problem.hint})`,
    check_name: problem.rule,
    fingerprint: fingerprint(problem),
    severity: problem.severity === "error" ? "major" : "minor",
    location: { path: problem.file, lines: { begin: problem.line } },
  };
}

/** The same for the same problem wherever in the file it moves. */
function fingerprint({ file, rule, at, message }: Problem): string {
  return createHash("sha256").update([file, rule, at, message].join("\0")).digest("hex");
}

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
function asSarif(problems: readonly Problem[]): unknown {
  const rules = RULES.map(({ id, summary, severity }) => ({
    id,
    shortDescription: { text: summary },
    defaultConfiguration: { level: severity },
  }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "banyan", rules } },
        columnKind: "utf16CodeUnits",
        results: problems.map(asResult),
      },
    ],
  };
}

function asResult(problem: Problem): unknown {
  const { file, line, col, severity, message, hint, rule } = problem;
  const uri = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  const region = { startLine: line, startColumn: col };
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: `${message} (${hint})` },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
    partialFingerprints: { "banyan/v1": fingerprint(problem) },
  };
}

function withVisibleBytes(problem: Problem): Problem {
  const { file, message, hint, at } = problem;
  return { ...problem, file: visible(file), message: visible(message), hint: visible(hint), at: visible(at) };
}

/**
 * Text that can move no cursor and turn no line round: control characters and what reorders text are written as
 * escapes (Trojan Source, CVE-2021-42574). A tab becomes a space.
 */
export function visible(text: string): string {
  return text.replaceAll("\t", " ").replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

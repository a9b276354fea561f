import type { RuleId } from "./rules.ts";

/** One thing wrong with a configuration file, and what to do about it. */
export interface Problem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly col: number;
  /** What is wrong. Free of line numbers and of values that came from variables. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
  readonly rule: RuleId;
  readonly severity: "error" | "warning";
  /** Where in the document: `routes.get-order.match.path`; empty for the file as a whole. */
  readonly at: string;
}

export function isError(problem: Problem): boolean {
  return problem.severity === "error";
}

/** In the order of the file. */
export function inFileOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.col - b.col || a.rule.localeCompare(b.rule));
}

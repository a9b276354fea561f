import type { Document } from "yaml";

/** A place where a text stops being YAML. */
export interface SyntaxProblem {
  readonly text: string;
  readonly hint: string;
  readonly offset: number;
}

const MOST = 10;

/** What the parser says against a text, without the echoes: after a slip it complains about every token that follows. */
export function syntaxProblems({ errors, warnings }: Document, source: string): SyntaxProblem[] {
  const [first, ...rest] = [...errors, ...warnings];
  if (first === undefined) return [];
  const own = [first, ...rest.filter(({ message }) => !/ (?:in YAML stream|at node end)/.test(message))];
  return own.slice(0, MOST).map(({ code, message, pos: [offset] }) => ({
    text: code === "RESOURCE_EXHAUSTION" ? "this is nested too deeply" : lowerFirst(message),
    hint: hintFor(source.slice(Math.max(0, offset - 1), offset + 1)),
    offset,
  }));
}

/** Inside `{ … }` a plain text ends at the next brace, which is where path params begin. */
function hintFor(around: string): string {
  if (around === "/{") return 'put paths with braces in quotes, as in { path: "/orders/{id}" }';
  return "correct the YAML; the other checks wait for it";
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

import type { z } from "zod";
import { nearest } from "./did-you-mean.ts";
import type { ConfigDocument, Path } from "./document.ts";
import { editorSchema, keysOf, requiredOf, schemaAt } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { Problem } from "./problem.ts";
import { isRecord } from "./record.ts";
import type { RuleId } from "./rules.ts";

type Issue = z.core.$ZodIssue;

/** Words for what zod found; null leaves them to `otherwise`. */
interface Explanation {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly rule?: RuleId;
  readonly at?: "key" | "value";
}

/** Made when the first problem asks for it: a good file needs no explanations. */
let definition: JsonSchema | undefined;

/** Hints for keys that people bring from elsewhere. */
const FOREIGN_KEYS = new Map([
  ["<<", "merge keys are not read; use `defaults`, or repeat the fields"],
  ["listen", "set PORT and HOST in the environment instead"],
  ["port", "set PORT in the environment instead"],
]);

/** What schema validation found, as problems with a place in the file and something to do. */
export function explainIssues(
  document: ConfigDocument,
  issues: readonly Issue[],
  under: Path = [],
): Problem[] {
  if (issues.length === 0) return [];
  definition ??= editorSchema();
  const schema = definition;
  return issues.flatMap((issue) => explain(document, schema, issue, under));
}

function explain(document: ConfigDocument, schema: JsonSchema, issue: Issue, under: Path): Problem[] {
  const path = [...under, ...issue.path];
  if (document.broken(path)) return [];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(document, schema, path, key));
  }
  const here = schemaAt(schema, path);
  const written = valueAt(document.written, path);
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const branch = issue.errors.find((errors) => errors.every((inner) => isAbout(inner, written)));
    if (branch !== undefined) return branch.flatMap((inner) => explain(document, schema, inner, path));
    if (isRecord(written)) return [noneMeant(document, here ?? {}, path, Object.keys(written))];
  }
  const explanation = written === undefined ? missing(here, path) : wrongValue(issue, written);
  const {
    message,
    hint,
    rule = "BYN1006",
    at,
  } = document.fromVariable(path)
    ? { message: `the value of \`${String(written)}\` does not fit here` }
    : explanation;
  return [document.problemAt(path, rule, message, hint ?? whatToWrite(here), at)];
}

/** Whether a problem of one option speaks of what is written, and not of a key or kind that only this option wants. */
function isAbout(issue: Issue, written: unknown): boolean {
  if (issue.code !== "invalid_type" || issue.path.length > 1) return true;
  return issue.path.length === 1 && valueAt(written, issue.path) !== undefined;
}

/** Nothing that is written tells which of several forms is meant. */
function noneMeant(
  document: ConfigDocument,
  here: JsonSchema,
  path: Path,
  written: readonly string[],
): Problem {
  const wanted = requiredOf(here);
  const [typo, meant] = written
    .map((key) => [key, nearest(key, wanted)] as const)
    .find(([, known]) => known !== null) ?? [undefined, null];
  const message = `${path.at(-1) === "function" ? "the route names no function: it" : "this"} has none of ${wanted.join(", ")}`;
  const hint = meant === null ? whatToWrite(here) : `did you mean \`${meant}\`?`;
  const rule = path.at(-1) === "function" ? "BYN1009" : "BYN1005";
  return document.problemAt(typo === undefined ? path : [...path, typo], rule, message, hint, "key");
}

function unknownKey(document: ConfigDocument, schema: JsonSchema, path: Path, key: string): Problem {
  const known = keysOf(schemaAt(schema, path) ?? {}, valueAt(document.written, path));
  if (known.includes(key)) {
    const message = `\`${key}\` does not go with the other keys here`;
    return document.problemAt([...path, key], "BYN1004", message, "remove it, or the others", "key");
  }
  const meant = nearest(key, known);
  const hint =
    FOREIGN_KEYS.get(key) ??
    (meant === null ? `the keys here are ${known.join(", ")}` : `did you mean \`${meant}\`?`);
  return document.problemAt([...path, key], "BYN1004", `\`${key}\` is no known key`, hint, "key");
}

function missing(here: JsonSchema | null, path: Path): Explanation {
  const key = String(path.at(-1));
  if (key === "function") {
    const hint = "add `function: { lambda: … }`, or remove the route: what matches no route goes to legacy";
    return { message: "the route names no function", hint, rule: "BYN1009" };
  }
  const example = here?.examples?.[0];
  const hint = example === undefined ? `add \`${key}\`` : `add \`${key}: ${flow(example)}\``;
  return { message: `\`${key}\` is missing`, hint, rule: "BYN1005", at: "key" };
}

function wrongValue(issue: Issue, written: unknown): Explanation {
  switch (issue.code) {
    case "invalid_type":
      if (!issue.message.startsWith("Invalid input")) return { message: issue.message };
      return { message: `expected ${kindName(issue.expected)}, found ${kindOf(written)}` };
    case "invalid_value":
      return noneOf(written, issue.values.map(String));
    case "invalid_union":
      if ("options" in issue) return noneOf(written, issue.options.map(String));
      return { message: `${kindOf(written)} does not fit here` };
    case "too_small":
      if (issue.origin === "array") return { message: "the list is empty" };
      return { message: `expected ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}` };
    case "too_big":
      return { message: `expected at most ${issue.maximum}`, hint: `write ${issue.maximum} or less` };
    case "not_multiple_of":
      return { message: `steps of ${issue.divisor} are the finest there are`, hint: "round it" };
    case "custom": {
      const { hint, rule } = (issue.params ?? {}) as { hint?: string; rule?: RuleId };
      return { message: issue.message, hint, ...(rule === undefined ? {} : { rule }) };
    }
    default:
      return { message: issue.message };
  }
}

function noneOf(written: unknown, options: readonly string[]): Explanation {
  const meant = typeof written === "string" ? nearest(written, options) : null;
  const hint = meant === null ? `write ${options.join(", ")}` : `did you mean \`${meant}\`?`;
  return { message: `expected ${options.length > 1 ? "one of " : ""}${options.join(", ")}`, hint };
}

function whatToWrite(here: JsonSchema | null): string {
  const examples = here?.examples ?? (here === null ? undefined : schemaAt(here, [0])?.examples);
  if (examples !== undefined) return `write for example ${examples.slice(0, 3).map(flow).join(", ")}`;
  const keys = here === null ? [] : (here.required ?? keysOf(here));
  if (keys.length > 0) return `write the keys ${keys.join(", ")} below it`;
  return here?.description ?? "see docs/configuration.md";
}

/** A value as a person would write it in YAML, on one line. */
function flow(value: unknown): string {
  if (typeof value === "string") return /[{}*:$]/.test(value) ? `"${value}"` : value;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(", ")} }`;
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (!isRecord(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[String(key)];
  }
  return current;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  return kindName(Array.isArray(value) ? "array" : typeof value);
}

function kindName(kind: string): string {
  const names: Record<string, string> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "keys and values",
    record: "keys and values",
  };
  return names[kind] ?? kind;
}

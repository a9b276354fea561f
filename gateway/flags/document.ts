import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { excessOf } from "../config/yaml-bounds.ts";
import type { Side } from "../upstreams/upstream.ts";
import { parseAttribute } from "./attribute.ts";
import {
  flagDocument,
  type FlagCondition,
  type FlagDocument,
  type Testers,
  type WrittenFlag,
  type WrittenRule,
} from "./document-schema.ts";
import type { FlagSnapshot, RouteFlag } from "./flag-source.ts";
import { flagRule, type Condition, type FlagRule } from "./rule.ts";

export const MAX_FLAG_BYTES = 256 * 1024;
const MAX_PROBLEMS = 20;

export type ParsedFlags =
  | { readonly ok: true; readonly document: FlagDocument; readonly snapshot: FlagSnapshot }
  /** Each problem is `line:column: what is wrong`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Parses a flag document in YAML or JSON, or says everything that is wrong with it; never half of it. Never throws. */
export function parseFlags(text: string): ParsedFlags {
  if (Buffer.byteLength(text) > MAX_FLAG_BYTES) return rejected(["1:1: a flag document has at most 256 KiB"]);
  const excess = excessOf(text);
  if (excess !== null) return rejected([`1:1: ${excess}`]);
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const faults = [...yaml.errors, ...yaml.warnings];
  if (faults.length > 0) return rejected(faults.map((fault) => `${at(fault.pos[0])}: ${fault.message}`));

  let content: unknown;
  try {
    content = yaml.toJS({ maxAliasCount: 0 });
  } catch {
    return rejected(["1:1: aliases (*name) are not read here: write the value out"]);
  }
  const checked = checkedFlags(content);
  if (checked.ok) return checked;
  return rejected(checked.issues.map((issue) => `${at(offsetOf(yaml, issue.path))}: ${inWords(issue)}`));
}

type CheckedFlags =
  | { readonly ok: true; readonly document: FlagDocument; readonly snapshot: FlagSnapshot }
  | { readonly ok: false; readonly issues: readonly z.core.$ZodIssue[] };

/** What a document means that was read already, or everything that is wrong with it. */
export function checkedFlags(content: unknown): CheckedFlags {
  const { data, error } = flagDocument.safeParse(content);
  if (error !== undefined) return { ok: false, issues: error.issues };
  return { ok: true, document: data, snapshot: snapshotOf(data) };
}

function rejected(problems: readonly string[]): ParsedFlags {
  if (problems.length <= MAX_PROBLEMS) return { ok: false, problems };
  const more = problems.length - MAX_PROBLEMS;
  return { ok: false, problems: [...problems.slice(0, MAX_PROBLEMS), `1:1: and ${more} more problems`] };
}

/** One issue for people, with its place in the document. */
export function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? "the document" : issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const onlyCanary = issue.keys.includes("percent") ? " (percent belongs to stage canary)" : "";
    return `${where} has unknown keys: ${issue.keys.join(", ")}${onlyCanary}; remove them`;
  }
  if (issue.code === "invalid_key")
    return `${where}: a route's id ${issue.issues[0]?.message ?? issue.message}`;
  return `${where}: ${issue.message}`;
}

/** Where the nearest thing that exists on the way to a path begins. */
function offsetOf(yaml: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = yaml.getIn(path.slice(0, depth), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
      return Number(node.range[0]);
    }
  }
  return 0;
}

function snapshotOf(document: FlagDocument): FlagSnapshot {
  const routes = new Map<string, RouteFlag>();
  for (const [id, flag] of Object.entries(document.routes)) routes.set(id, routeFlagOf(flag));
  return {
    version: String(document.version),
    routes,
    killed: document.kill,
    ...(document.salt !== undefined && { salt: document.salt }),
  };
}

function routeFlagOf(flag: WrittenFlag): RouteFlag {
  const { kill, pause, until, testers, rules } = flag;
  return {
    stage: flag.stage,
    percent: flag.stage === "canary" ? flag.percent : 0,
    ...(kill === true && { killed: true }),
    ...(pause === true && { paused: true }),
    ...(until !== undefined && { untilMs: Date.parse(until) }),
    ...(testers !== undefined && { testers: testersOf(testers) }),
    ...(rules !== undefined && rules.length > 0 && { rules: rules.map(ruleOf) }),
  };
}

/** Listed twice, a tester stays on legacy, where everybody comes from. */
function testersOf(listed: Testers): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const key of listed.function ?? []) sides.set(key, "function");
  for (const key of listed.legacy ?? []) sides.set(key, "legacy");
  return sides;
}

function ruleOf({ when, side: to, percent = 0, until }: WrittenRule): FlagRule {
  const untilMs = until === undefined ? undefined : Date.parse(until);
  return flagRule(when.map(conditionOf), to ?? { percent }, untilMs);
}

function conditionOf({ of, equals, in: values, prefix, range }: FlagCondition): Condition {
  const attribute = parseAttribute(of)!;
  if (equals !== undefined) return { of: attribute, test: { kind: "equals", value: equals } };
  if (values !== undefined) return { of: attribute, test: { kind: "in", values } };
  if (prefix !== undefined) return { of: attribute, test: { kind: "prefix", value: prefix } };
  return { of: attribute, test: { kind: "range", ranges: range ?? [] } };
}

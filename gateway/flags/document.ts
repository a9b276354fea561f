import { LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { excessOf } from "../config/yaml-bounds.ts";
import { STAGES } from "../routes/route.ts";
import type { FlagSnapshot, RouteFlag } from "./flag-source.ts";

export const MAX_FLAG_BYTES = 256 * 1024;
const MAX_PROBLEMS = 20;

/** Who did it, why and when; for people, never read by a decision. */
const signature = {
  by: z.string().max(200).optional(),
  reason: z.string().max(2000).optional(),
  at: z.iso.datetime({ offset: true, error: "is no ISO 8601 time, such as 2027-01-31T12:00:00Z" }).optional(),
};

const routeFlag = z.discriminatedUnion(
  "stage",
  [
    z.strictObject({ stage: z.enum(["legacy", "shadow", "cutover", "retired"]), ...signature }),
    z.strictObject({
      stage: z.literal("canary"),
      percent: z
        .number("must be a number: the share of clients, 0–100, that the function answers")
        .min(0, "must be 0–100")
        .max(100, "must be 0–100")
        .multipleOf(0.001, "must be a multiple of 0.001"),
      ...signature,
    }),
  ],
  `must name a stage: ${STAGES.join(", ")}`,
);

/** The flag document, wherever it is kept. The top-level signature is that of the newest version. */
export const flagDocument = z.strictObject(
  {
    version: z.int("must be an integer").min(0, "must not be negative"),
    kill: z.boolean("must be true or false").default(false),
    routes: z
      .record(
        z.string().regex(/^[A-Za-z]/, "must start with a letter"),
        routeFlag,
        "must map route ids to their flags",
      )
      .default({}),
    ...signature,
  },
  "must hold version, kill and routes",
);
export type FlagDocument = z.infer<typeof flagDocument>;

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
  const result = flagDocument.safeParse(content);
  if (result.success) return { ok: true, document: result.data, snapshot: snapshotOf(result.data) };
  return rejected(result.error.issues.map((issue) => `${at(offsetOf(yaml, issue.path))}: ${inWords(issue)}`));
}

function rejected(problems: readonly string[]): ParsedFlags {
  if (problems.length <= MAX_PROBLEMS) return { ok: false, problems };
  const more = problems.length - MAX_PROBLEMS;
  return { ok: false, problems: [...problems.slice(0, MAX_PROBLEMS), `1:1: and ${more} more problems`] };
}

function inWords(issue: z.core.$ZodIssue): string {
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
  for (const [id, flag] of Object.entries(document.routes)) {
    routes.set(id, { stage: flag.stage, percent: flag.stage === "canary" ? flag.percent : 0 });
  }
  return { version: String(document.version), routes, killed: document.kill };
}

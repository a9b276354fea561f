import { visible } from "../config/problems.ts";
import type { Proposal, ProposedRoute } from "./proposal.ts";

/** What a new file says besides its routes. */
export interface Frame {
  readonly legacyUrl: string;
  readonly region: string;
  readonly flags: FlagsPlace;
}

/** Where stages are to be flipped. */
export type FlagsPlace =
  | { readonly source: "file" }
  | {
      readonly source: "appconfig" | "appconfig-agent";
      readonly application: string;
      readonly environment: string;
      readonly profile: string;
    };

/** Well below what routes.yaml may have, so that there is room to grow. */
const MOST_BYTES = 900 * 1024;
const MOST_LEFT_OUT = 20;
const LONGEST_NOTE = 100;
const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export interface WrittenFile {
  readonly text: string;
  /** Routes that are declared, all in legacy. */
  readonly declared: number;
  /** Routes for writes, which are there as comments. */
  readonly commented: number;
}

/** The text of a routes.yaml, with comments for whoever goes on from here. */
export function routesYaml(frame: Frame, { routes, leftOut }: Proposal): WrittenFile {
  const lines = [...frameLines(frame)];
  const [reads, writes] = [routes.filter(isRead), routes.filter((route) => !isRead(route))];
  let bytes = 0;
  const fitting = (all: readonly ProposedRoute[], written: (route: ProposedRoute) => string[]) =>
    all.flatMap((route) => {
      const block = written(route);
      const size = Buffer.byteLength(block.join("\n")) + block.length;
      if (bytes + size > MOST_BYTES) return [];
      bytes += size;
      return [block];
    });
  const declared = fitting(reads, routeLines);
  const commented = fitting(writes, (route) => routeLines(route).map((line) => `  #${line.slice(1)}`));
  lines.push(declared.length === 0 ? "routes: {}" : "routes:", ...declared.flat());
  if (declared.length === 0) lines.push(...EXAMPLE);
  if (commented.length > 0) lines.push("", ...WRITES_HEAD, ...commented.flat());
  const tooMany = routes.length - declared.length - commented.length;
  const left = [...leftOut.slice(0, MOST_LEFT_OUT), ...more(leftOut.length - MOST_LEFT_OUT, "reasons")];
  if (left.length + tooMany > 0)
    lines.push("", "# Left out:", ...[...left, ...more(tooMany, "routes, for size")].map(comment));
  return { text: `${lines.join("\n")}\n`, declared: declared.length, commented: commented.length };
}

function isRead({ method }: ProposedRoute): boolean {
  return !WRITES.has(method);
}

function frameLines({ legacyUrl, region, flags }: Frame): string[] {
  return [
    "# yaml-language-server: $schema=./routes.schema.json",
    "#",
    "# What moves from the monolith to functions. Everything that no route matches is the monolith's, untouched.",
    "# `banyan validate` checks this file; a running gateway takes up changes by itself. Editors know its keys after",
    "# `banyan config schema > routes.schema.json`.",
    "version: 1",
    "",
    "# The monolith: scheme, host and port.",
    "legacy:",
    `  url: ${quoted(legacyUrl)}`,
    "",
    flags.source === "file"
      ? "# Stages are flipped in a file below BANYAN_DATA (default .banyan/), by `banyan flip`."
      : "# Stages are flipped in AWS AppConfig, by `banyan flip`; `banyan iam --flips` prints the policy that this needs.",
    ...flagsLines(flags),
    "",
    "# Where the functions are. Credentials come from wherever the AWS SDK finds them.",
    "aws:",
    `  region: ${quoted(region)}`,
    "",
    "defaults:",
    "  # What tells clients apart in a canary, first that is there: a client stays on its side.",
    '  stickyBy: ["header:x-user-id", "cookie:sid", address]',
    "",
    "# Each route goes legacy → shadow → canary → cutover → retired. In legacy nothing changes for anybody.",
  ];
}

function flagsLines(flags: FlagsPlace): string[] {
  if (flags.source === "file") return ["flags: { source: file }"];
  const { source, application, environment, profile } = flags;
  return [
    "flags:",
    `  source: ${source}`,
    `  application: ${quoted(application)}`,
    `  environment: ${quoted(environment)}`,
    `  profile: ${quoted(profile)}`,
  ];
}

function routeLines({ id, method, path, note }: ProposedRoute): string[] {
  return [
    ...(note === "" ? [] : [`  ${comment(note)}`]),
    `  ${id}:`,
    `    match: { method: ${method}, path: ${quoted(path)} }`,
    `    function: { lambda: ${id}, qualifier: live }`,
    "    stage: legacy",
  ];
}

const EXAMPLE = [
  "# The first one may look like this:",
  "# routes:",
  "#   get-order:",
  '#     match: { method: GET, path: "/api/orders/{id}" }',
  "#     function: { lambda: get-order, qualifier: live }",
  "#     stage: legacy",
];

const WRITES_HEAD = [
  "  # Writes. Before one moves, two questions want an answer: may the monolith repeat it when the function fails in the",
  "  # middle (`repeatable`), and what becomes of its copies in shadow (`shadow: { writes: skip }`, or dry-run, rehearsal)?",
];

function more(count: number, of: string): string[] {
  return count > 0 ? [`and ${count} more ${of}`] : [];
}

/** One line, whatever the text is. */
function comment(text: string): string {
  const line = visible(text.slice(0, 1000).replace(/\s+/g, " ").trim());
  return `# ${line.length > LONGEST_NOTE ? `${line.slice(0, LONGEST_NOTE - 1)}…` : line}`;
}

/** JSON's strings are YAML's. A variable with its default stays one. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

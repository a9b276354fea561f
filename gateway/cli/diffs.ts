import { InvalidArgumentError, type Command } from "commander";
import type { Diffs } from "../admin/contract.ts";
import { visible } from "../config/problems.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand, whoAmI, withAdmin } from "./command-options.ts";
import { table, type Cell, type Screen } from "./screen.ts";
import type { CommonOptions, Shell } from "./shell.ts";
import { sinceArgument } from "./since.ts";

const EXAMPLES = `  banyan diffs                                   every route that was compared
  banyan diffs get-order --since 24h             one route
  banyan diffs get-order --at body/total         with the requests that show one difference
  banyan diffs get-order --at body/total --accept "rounding, see #12" --until 2027-01-31
`;

interface DiffsOptions extends CommonOptions {
  readonly since?: number;
  readonly at?: string;
  readonly limit: number;
  readonly accept?: string;
  readonly until?: string;
  readonly owner?: string;
}

/** `banyan diffs`: how legacy and function differ. */
export function addDiffs(program: Command, shell: Shell): void {
  withAdmin(subcommand(program, "diffs", "show how legacy and function differ, grouped by cause", EXAMPLES))
    .argument("[route]", "of one route")
    .option("--since <when>", "30m, 24h, 7d, or a time such as 2027-01-31T12:00:00Z", sinceArgument)
    .option("--at <place>", "show requests that differ there, as WHERE writes it")
    .option("--limit <number>", "how many of them", limitArgument, 5)
    .option("--accept <reason>", "excuse differences at that place in routes.yaml, and say why")
    .option("--until <day>", "with --accept: the last day on which they are, such as 2027-01-31")
    .option("--owner <name>", "with --accept: who answers for it; you unless named")
    .action((route: string | undefined, options: DiffsOptions) =>
      shell.perform("diffs", options, () => diffs(route, options, shell)),
    );
}

async function diffs(route: string | undefined, options: DiffsOptions, shell: Shell): Promise<Answer> {
  const { since, at, limit } = options;
  if (options.accept !== undefined) return acceptDifferences(route, options, options.accept);
  const { reach } = await import("./reach.ts");
  const operator = await reach(options, shell);
  const data = await operator.diffs({ route, since, at, limit });
  return { data, text: diffsText(data, shell.screen) };
}

async function acceptDifferences(
  route: string | undefined,
  { at, until, owner = whoAmI() }: DiffsOptions,
  reason: string,
): Promise<Answer> {
  if (route === undefined || at === undefined || until === undefined) {
    const message = "--accept needs a route, --at and --until";
    const next = 'banyan diffs get-order --at body/total --accept "rounding" --until 2027-01-31';
    throw new CliError(2, [{ message, next }]);
  }
  const { accept } = await import("./accept.ts");
  return accept(route, { at, owner, reason, until });
}

type Evidence = Diffs["evidence"][number];

/** Differences for people: the most frequent first, and what was left out. Of what has no pair only that is told. */
export function diffsText({ evidence, samples }: Diffs, screen: Screen): string {
  const compared = evidence.filter(({ counts }) => counts.compared > 0);
  const blocks = compared.map((one) => evidenceText(one, screen));
  const left = notCompared(evidence.filter(({ counts }) => counts.compared === 0));
  if (blocks.length === 0)
    blocks.push(
      left.length === 0
        ? "nothing was compared (next: banyan flip ROUTE shadow --reason …)"
        : "nothing was compared (docs/shadow.md says what these reasons mean)",
    );
  if (left.length > 0) blocks.push(left.map((line) => screen.paint("dim", line)).join("\n"));
  return [...blocks, ...samples.map((sample) => sampleText(sample, screen))].join("\n\n");
}

/** Why there were no pairs, one line a route and side: of a version that nobody knows yet, or of rules that are new. */
function notCompared(evidence: readonly Evidence[]): string[] {
  const bySide = Map.groupBy(evidence, ({ route, candidate }) => `${route} · ${candidate}`);
  return [...bySide].flatMap(([side, all]) => {
    const sums = new Map<string, number>();
    for (const [reason, count] of all.flatMap(({ dropped }) => Object.entries(dropped)))
      sums.set(reason, (sums.get(reason) ?? 0) + count);
    return sums.size === 0 ? [] : [`${side} not compared: ${countsText(sums)}`];
  });
}

function countsText(counts: Iterable<readonly [reason: string, count: number]>): string {
  return [...counts].map(([reason, count]) => `${reason} ${count}`).join(", ");
}

function evidenceText(one: Evidence, screen: Screen): string {
  const { route, candidate, functionVersion, environment, counts, groups, dropped, firstAt, lastAt } = one;
  const version = functionVersion === "" ? "" : ` · version ${functionVersion}`;
  const place = environment === "" ? "" : ` · ${environment}`;
  const head = `${screen.paint("bold", route)} · ${candidate} compared${version}${place} · ${minute(firstAt)} to ${minute(lastAt)}`;
  const { compared, matched, mismatched, ignored, inconclusive } = counts;
  const lines = [
    head,
    `${compared} compared: ${matched} the same, ${mismatched} different, ${ignored} excused by rules, ${inconclusive} inconclusive`,
  ];
  if (groups.length > 0) {
    const heads = candidate === "function" ? ["LEGACY", "FUNCTION"] : ["FUNCTION", "LEGACY"];
    const rows = groups.map((group): Cell[] => [
      String(group.pairs),
      `${group.percent < 10 ? group.percent.toFixed(1) : Math.round(group.percent)} %`,
      group.kind,
      { text: group.at, style: "bold" },
      group.examples[0]?.primary ?? "-",
      group.examples[0]?.candidate ?? "-",
      noiseText(group),
    ]);
    lines.push(table(["PAIRS", "SHARE", "KIND", "WHERE", ...heads, ""], rows, screen));
  }
  const left = countsText(Object.entries(dropped));
  if (left !== "") lines.push(screen.paint("dim", `not compared: ${left}`));
  for (const { sentence, list, paste } of one.suggestions)
    lines.push(
      `${screen.paint("cyan", "rule?")} ${visible(sentence)}`,
      `      compare.${list}: ${visible(paste)}`,
    );
  return lines.join("\n");
}

function noiseText({ noise, pairs, ignoredPairs }: Evidence["groups"][number]): Cell {
  if (ignoredPairs === pairs) return { text: "excused by a rule", style: "dim" };
  if (noise === "noisy") return { text: "legacy differs from itself, too", style: "dim" };
  return noise === "regresses" ? { text: "regresses", style: "red" } : "";
}

function sampleText(sample: Diffs["samples"][number], screen: Screen): string {
  const { id, at, request, differences, primary, candidate } = sample;
  const lines = [`${screen.paint("bold", request)} · ${at} · ${id}`];
  const rows = differences.map((difference): Cell[] => [
    difference.kind,
    difference.at,
    difference.primary ?? "-",
    difference.candidate ?? "-",
  ]);
  lines.push(table(["KIND", "WHERE", "ANSWERED", "COMPARED"], rows, screen));
  lines.push(`answered: ${sideText(primary)}`, `compared: ${sideText(candidate)}`);
  return lines.join("\n");
}

function sideText({ status, failure, body }: Diffs["samples"][number]["primary"]): string {
  return JSON.stringify(`${status ?? failure} ${body}`.slice(0, 400)).slice(1, -1);
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}

function limitArgument(text: string): number {
  if (/^[1-9][0-9]{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a number from 1 to 999.");
}

import { join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import type { ChainHead } from "../audit/sealed-line.ts";
import type { AuditEntry, AuditHistory } from "../audit/history.ts";
import type { AuditedMove } from "../audit/audit-log.ts";
import type { AuditVerdict } from "../audit/chain-check.ts";
import { rungText } from "../admin/rung-text.ts";
import { readEnv } from "../config/env.ts";
import { visible } from "../config/problems.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import { sinceArgument } from "./since.ts";
import { table, type Cell, type Screen } from "./screen.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan audit                              who changed what, newest last
  banyan audit get-order --since 24h        one route, and what concerned everything
  banyan audit verify                       is every record as it was written, and in its place?
`;

const VERIFY_EXAMPLES = `  banyan audit verify
  banyan audit verify --expect-head 9f86…   with a head that was kept elsewhere: proves the end, too
`;

interface HistoryOptions extends CommonOptions {
  readonly since?: number;
  readonly limit: number;
}

interface VerifyOptions extends CommonOptions {
  readonly expectHead?: string;
}

/** `banyan audit`: who changed what, and whether the log of it can be believed. */
export function addAudit(program: Command, shell: Shell): void {
  const audit = subcommand(program, "audit", "show who changed what, or verify the log of it", EXAMPLES)
    .argument("[route]", "what concerns one route")
    .option("--since <when>", "30m, 24h, 7d, or a time such as 2027-01-31T12:00:00Z", sinceArgument)
    .option("--limit <number>", "the newest so many", limitArgument, 50)
    .action((route: string | undefined, options: HistoryOptions) =>
      shell.perform("audit", options, () => history(route, options, shell)),
    );
  subcommand(audit, "verify", "check every record of the audit log", VERIFY_EXAMPLES)
    .option("--expect-head <hash>", "a head that an earlier verify or flip showed", hashArgument)
    .action((_options: unknown, command: Command) => {
      // Of options that both have, commander gives those behind `verify` to `audit`.
      const options = command.optsWithGlobals<VerifyOptions>();
      return shell.perform("audit verify", options, () => verify(options, shell.screen));
    });
}

async function history(
  route: string | undefined,
  { since, limit }: HistoryOptions,
  { screen, notice }: Pick<Shell, "screen" | "notice">,
): Promise<Answer> {
  const { auditHistory } = await import("../audit/history.ts");
  const path = auditFile();
  const data = await reading(auditHistory(path, { route, sinceMs: since, limit }));
  if (data.unreadableLines > 0)
    notice(`${data.unreadableLines} lines of ${path} are not shown (next: banyan audit verify)`);
  if (data.matching > data.entries.length)
    notice(`${data.matching - data.entries.length} older ones are not shown (--limit)`);
  return { data: { file: path, ...data }, text: historyText(data, path, screen) };
}

async function verify({ expectHead }: VerifyOptions, screen: Screen): Promise<Answer> {
  const { verifyAudit } = await import("../audit/verify.ts");
  const path = auditFile();
  const verdict = await reading(verifyAudit(path, expectHead === undefined ? {} : { expectHead }));
  const data = { file: path, ...verdict };
  const text = verdictText(verdict, path, screen);
  if (verdict.broken === null) return { data, text };
  const { line, what } = verdict.broken;
  return { exitCode: 1, data, text, problems: [{ message: `${path}:${line}: ${what}` }] };
}

function auditFile(): string {
  return join(readEnv().dataFolder, "audit.ndjson");
}

async function reading<T>(read: Promise<T>): Promise<T> {
  const { AuditError } = await import("../audit/audit-log.ts");
  return read.catch((error: unknown) => {
    throw error instanceof AuditError ? new CliError(4, [{ message: error.message }]) : error;
  });
}

/** Entries for people, newest last. */
export function historyText({ entries }: AuditHistory, path: string, screen: Screen): string {
  if (entries.length === 0) return `nothing is recorded in ${visible(path)}`;
  const head = ["AT", "WHO", "WHAT", "FLAGS", "OUTCOME", "WHY"];
  return table(
    head,
    entries.map((entry) => [`${entry.at.slice(0, 19)}Z`, ...cellsOf(entry)]),
    screen,
  );
}

function cellsOf(entry: AuditEntry): Cell[] {
  if (entry.kind === "gap") {
    const what = entry.lost === null ? `${entry.bytes} bytes that are no record` : "records were gone";
    return ["", { text: what, style: entry.lost === null ? "yellow" : "red" }, "", "", ""];
  }
  if (entry.kind === "observed") {
    const { from, to, moves, what, source, problem } = entry;
    const changed = moves.length > 0 ? movesText(moves) : what;
    const outcome: Cell = problem === null ? "seen" : { text: "rejected", style: "yellow" };
    return ["(unknown)", changed, `${from ?? "?"} → ${to ?? from ?? "?"}`, outcome, problem ?? source];
  }
  const { by, action, moves, flagVersion, outcome, reason } = entry;
  const versions = outcome.kind === "made" ? `${flagVersion} → ${outcome.flagVersion}` : flagVersion;
  const shown: Cell =
    outcome.kind === "made"
      ? "made"
      : { text: outcome.kind, style: outcome.kind === "refused" ? "yellow" : "red" };
  return [by, `${action} ${movesText(moves)}`.trim(), versions, shown, reason];
}

function movesText(moves: readonly AuditedMove[]): string {
  const [first, ...others] = moves.map(({ route, from, to }) => {
    const rungs = [from, to]
      .map((rung) => (rung === null ? null : rungText(rung)))
      .filter((rung) => rung !== null);
    return [route ?? "everything", ...(new Set(rungs).size > 1 ? [rungs.join(" → ")] : [])].join(": ");
  });
  return others.length === 0 ? (first ?? "") : `${first} and ${others.length} more`;
}

/** What a log proves, for people. */
export function verdictText(verdict: AuditVerdict, path: string, screen: Screen): string {
  const { broken, records, head, cutOffLines, notes } = verdict;
  const lines =
    broken === null
      ? [
          `${screen.paint("green", "the chain holds")}: ${records} records in ${visible(path)}`,
          headText(head),
        ]
      : [
          `${screen.paint("red", "the chain is broken")}: ${visible(path)}:${broken.line}: ${visible(broken.what)}`,
          `${records} records before it are as they were written; ${headText(head)}`,
        ];
  if (cutOffLines > 0)
    lines.push(
      `lines cut off by an interrupted write, of which nobody was told that they were written: ${cutOffLines}`,
    );
  return [...lines, ...notes.map((note) => screen.paint("yellow", visible(note)))].join("\n");
}

function headText({ seq, hash }: ChainHead): string {
  return `head: record ${seq}, ${hash}`;
}

function limitArgument(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a number from 1 to 9999.");
}

function hashArgument(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError("A head has 64 hexadecimal digits; `banyan audit verify` shows it.");
}

import type { ExitCode } from "./exit-codes.ts";

/** What a command has to say when it was done, or why it was not. */
export interface Answer {
  /** 0 when absent. */
  readonly exitCode?: ExitCode;
  /** For machines, under `data` of the envelope. */
  readonly data: unknown;
  /** The same for people, on stdout; nothing when empty. */
  readonly text: string;
  /** What is wrong; on stderr for people unless `text` says it already. */
  readonly problems?: readonly CliProblem[];
}

export interface CliProblem {
  readonly message: string;
  /** The next command to try. */
  readonly next?: string | null;
}

/** The end of a command that cannot be done. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly problems: readonly CliProblem[];

  constructor(exitCode: ExitCode, problems: readonly [CliProblem, ...CliProblem[]]) {
    super(problems[0].message);
    this.exitCode = exitCode;
    this.problems = problems;
  }
}

import { visible } from "../config/problems.ts";
import type { Answer, CliProblem } from "./answer.ts";
import { envelope } from "./envelope.ts";
import type { ExitCode } from "./exit-codes.ts";
import { failure } from "./failure.ts";
import { screenOf, type Screen } from "./screen.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly admin?: string;
  readonly tokenFile?: string;
}

/** Where commands print, and what they leave behind. */
export interface Shell {
  readonly screen: Screen;
  /** Of the last command that ended. */
  readonly exitCode: ExitCode;
  /** A line for people on stderr, while data goes to stdout. */
  notice(text: string): void;
  /**
   * Does a command's work and prints what came of it, failure included. Never rejects. Ctrl-C ends it, unless the work
   * says that it takes care of signals itself.
   */
  perform(
    command: string,
    options: CommonOptions,
    work: () => Promise<Answer>,
    signals?: "end-it" | "its-own",
  ): Promise<void>;
  /** Prints an answer; for commands that have several. */
  print(command: string, options: CommonOptions, answer: Answer): void;
}

/** The shell on this process's streams. */
export function processShell(): Shell {
  const { stdout, stderr } = process;
  const screen = screenOf(stdout);
  const errors = screenOf(stderr);
  let exitCode: ExitCode = 0;

  // Whoever closes the pipe (`| head`) has seen enough.
  stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 4));

  function print(command: string, { json = false }: CommonOptions, answer: Answer): void {
    if (json) stdout.write(`${envelope(command, answer)}\n`);
    else if (answer.text !== "") stdout.write(`${answer.text}\n`);
    if (!json && answer.text === "") for (const problem of answer.problems ?? []) complain(problem);
    exitCode = answer.exitCode ?? 0;
  }

  function complain({ message, next }: CliProblem): void {
    stderr.write(`${errors.paint("red", "banyan:")} ${linesOf(message)}\n`);
    if (next) stderr.write(`${errors.paint("dim", "next:")} ${visible(next)}\n`);
  }

  return {
    screen,
    get exitCode() {
      return exitCode;
    },
    notice: (text) => void stderr.write(`${errors.paint("dim", linesOf(text))}\n`),
    print,
    async perform(command, options, work, signals = "end-it") {
      const interrupted = () => {
        const answer = { exitCode: 130, data: null, text: "" } as const;
        print(command, options, answer);
        process.exit(130);
      };
      if (signals === "end-it") process.once("SIGINT", interrupted);
      try {
        print(command, options, await work());
      } catch (error) {
        print(command, options, failure(error));
      } finally {
        process.off("SIGINT", interrupted);
      }
    },
  };
}

function linesOf(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

import { ENVIRONMENT } from "../config/environment.ts";
import type { Answer } from "./answer.ts";
import type { ExitCode } from "./exit-codes.ts";
import { list, type Screen } from "./screen.ts";

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: "yes, or done",
  1: "a definite no: evidence says no, the chain is broken, a check failed",
  2: "the command line, a file or the configuration is wrong; nothing was done",
  3: "unknown: too little evidence, or too old; also a bug, which says so",
  4: "something does not answer: gateway, monolith, AWS",
  5: "refused by a guard, or somebody else was quicker",
  130: "interrupted by Ctrl-C",
};

/** What `banyan help` explains besides commands. */
export const HELP_TOPICS: Readonly<Record<string, (screen: Screen) => Answer>> = {
  "exit-codes": (screen) => ({
    data: { exitCodes: MEANINGS },
    text: [
      "How commands end; --json has the same as `exitCode`, and in a word as `verdict`:",
      list(
        Object.entries(MEANINGS).map(([code, means]): [string, string] => [code, means]),
        screen,
      ),
    ].join("\n"),
  }),
  environment: (screen) => ({
    data: { variables: ENVIRONMENT },
    text: [
      "Variables that are read; empty counts as not set. The AWS SDK reads its own as well.",
      list(
        ENVIRONMENT.map(({ name, otherwise, means }): [string, string] => [
          name,
          otherwise === null ? means : `${means} (default: ${otherwise})`,
        ]),
        screen,
      ),
    ].join("\n"),
  }),
};

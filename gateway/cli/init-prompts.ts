import type { Readable, Writable } from "node:stream";
import { isCancel, select, text, type CANCEL_SYMBOL } from "@clack/prompts";
import { CliError } from "./answer.ts";
import { flagsArgument, originProblem, regionProblem, UNSAID, type InitOptions } from "./init-options.ts";

/** Where questions are put. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** Asks for what no option says; each question has one. Rejects with a CliError when it is broken off. */
export async function askWhatIsUnsaid(
  options: InitOptions,
  // What is piped from stdout is data.
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<InitOptions> {
  const line = async (message: string, initialValue: string, problem: (value: string) => string | null) =>
    answered(
      await text({
        ...terminal,
        message,
        initialValue,
        validate: (value = "") => problem(value) ?? undefined,
      }),
    );
  const legacyUrl =
    options.legacyUrl ??
    (await line("Where is the monolith? (--legacy-url)", UNSAID.legacyUrl, originProblem));
  const region =
    options.region ?? (await line("AWS region of the functions? (--region)", UNSAID.region, regionProblem));
  return { ...options, legacyUrl, region, flags: options.flags ?? (await flagsPlace()) };

  async function flagsPlace() {
    const source = answered(
      await select({
        ...terminal,
        message: "Where are stages flipped? (--flags)",
        options: [
          { value: "file", label: "in a file", hint: "one gateway" },
          { value: "appconfig", label: "in AWS AppConfig", hint: "a fleet" },
          { value: "appconfig-agent", label: "by the AppConfig Agent beside each gateway" },
        ],
      }),
    );
    if (source === "file") return flagsArgument(source);
    const place = await line("Which application/environment/profile?", "shop/prod/banyan-flags", (value) =>
      /^[^/]{1,128}(?:\/[^/]{1,128}){2}$/.test(value) ? null : "Write three names, such as shop/prod/flags.",
    );
    return flagsArgument(`${source}:${place}`);
  }
}

function answered<T extends string>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new CliError(130, [{ message: "nothing was written" }]);
  return answer;
}

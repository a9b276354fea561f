import { InvalidArgumentError, type Command } from "commander";
import { durationMs } from "../config/duration.ts";
import { percentArgument, repeated, subcommand, withAdmin } from "./command-options.ts";
import type { RecordOptions } from "./recording.ts";
import type { Shell } from "./shell.ts";

const EXAMPLES = `  banyan record --out monday.ndjson.gz --for 10m
  banyan record --out orders.ndjson.gz --route get-order --route checkout --percent 5
  banyan record --out some.ndjson --count 1000
`;

/** `banyan record`: live traffic into a corpus, secrets taken out by the gateway. */
export function addRecord(program: Command, shell: Shell): void {
  withAdmin(subcommand(program, "record", "record traffic of a running gateway into a corpus", EXAMPLES))
    .requiredOption("--out <file>", "a new file; packed when its name ends in .gz")
    .option("--route <id>", "only this one; may be given again", repeated)
    .option("--percent <number>", "share of the clients, each with all it asks", percentArgument, 100)
    .option("--for <duration>", "how long: 90s, 10m", durationArgument)
    .option("--count <number>", "how many requests", countArgument)
    .action((options: RecordOptions) =>
      shell.perform(
        "record",
        options,
        async () => (await import("./recording.ts")).record(options, shell),
        "its-own",
      ),
    );
}

function durationArgument(text: string): number {
  const ms = durationMs(text);
  if (ms === null) throw new InvalidArgumentError("Write a duration such as 90s or 10m.");
  return ms;
}

function countArgument(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number above 0.");
}

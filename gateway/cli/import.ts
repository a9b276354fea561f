import { basename } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { visible } from "../config/problems.ts";
import type { CorpusItem, CorpusProblem } from "../corpus/corpus.ts";
import type { Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

/** Problems that are shown one by one. */
const MOST_PROBLEMS = 10;

interface ImportOptions extends CommonOptions {
  readonly out: string;
  readonly seed: number;
  readonly maxPerOperation: number;
}

interface Format {
  readonly name: string;
  readonly about: string;
  readonly example: string;
  readonly read: (file: string, options: ImportOptions) => Promise<AsyncIterable<CorpusItem>>;
}

const FORMATS: readonly Format[] = [
  {
    name: "har",
    about: "what a browser recorded (HAR 1.2)",
    example: "banyan import har checkout.har --out checkout.ndjson.gz",
    read: async (file) => (await import("../corpus/har.ts")).importHar(file),
  },
  {
    name: "gor",
    about: "what GoReplay recorded, packed or not",
    example: "banyan import gor requests_0.gz --out requests.ndjson.gz",
    read: async (file) => (await import("../corpus/goreplay.ts")).importGoReplay(file),
  },
  {
    name: "alb",
    about:
      "access logs of an AWS Application Load Balancer, packed or not: reads only, as they have no bodies",
    example: "banyan import alb 123_elasticloadbalancing.log.gz --out monday.ndjson.gz",
    read: async (file) => (await import("../corpus/alb.ts")).importAlb(file),
  },
  {
    name: "openapi",
    about: "requests made up from an OpenAPI 3 document, edge cases included",
    example: "banyan import openapi shop.yaml --out made-up.ndjson.gz --seed 7",
    read: async (file, { seed, maxPerOperation }) =>
      (await import("../corpus/openapi.ts")).importOpenApi(file, { seed, maxPerOperation }),
  },
];

/** `banyan import`: traffic from elsewhere into a corpus. */
export function addImport(program: Command, shell: Shell): void {
  const parent = program
    .command("import")
    .description("make a corpus of traffic that was recorded elsewhere")
    .addHelpText("before", `Examples:\n${FORMATS.map(({ example }) => `  ${example}\n`).join("")}\n`);
  for (const { name, about, example, read } of FORMATS) {
    const command = subcommand(parent, name, about, `  ${example}\n`)
      .argument("<file>", "the file to read")
      .requiredOption(
        "--out <file>",
        "the corpus, replaced when all is read; packed when its name ends in .gz",
      );
    if (name === "openapi") {
      command
        .option("--seed <number>", "other values for another one", wholeNumber, 1)
        .option("--max-per-operation <number>", "requests made up for each operation", wholeNumber, 200);
    }
    command.action((file: string, options: ImportOptions) =>
      shell.perform(`import ${name}`, options, async () =>
        imported(await read(file, options), file, options, shell),
      ),
    );
  }
}

function wholeNumber(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number.");
}

async function imported(
  items: AsyncIterable<CorpusItem>,
  file: string,
  { out }: ImportOptions,
  shell: Shell,
): Promise<Answer> {
  const { writeCorpus } = await import("../corpus/write-corpus.ts");
  const problems: CorpusProblem[] = [];
  const entries = await writeCorpus(out, items, (problem) => {
    problems.push(problem);
    if (problems.length <= MOST_PROBLEMS)
      shell.notice(`${basename(file)}:${problem.line}: ${visible(problem.message)}`);
  });
  if (problems.length > MOST_PROBLEMS)
    shell.notice(`and ${problems.length - MOST_PROBLEMS} more (--json has them all)`);
  const left = problems.length === 0 ? "" : `; ${problems.length} could not be taken over`;
  return { data: { file: out, entries, problems }, text: `${entries} requests in ${out}${left}` };
}

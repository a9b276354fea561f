import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan export har monday.ndjson.gz --out monday.har
`;

interface ExportOptions extends CommonOptions {
  readonly out: string;
}

/** `banyan export har`: a corpus in a form that browsers and other tools read. */
export function addExport(program: Command, shell: Shell): void {
  const parent = program
    .command("export")
    .description("write a corpus in another form")
    .addHelpText("before", `Examples:\n${EXAMPLES}\n`);
  subcommand(parent, "har", "as HAR 1.2", EXAMPLES)
    .argument("<corpus>", "the corpus to read")
    .requiredOption("--out <file>", "where to")
    .action((corpus: string, options: ExportOptions) =>
      shell.perform("export har", options, () => exported(corpus, options)),
    );
}

async function exported(corpus: string, { out }: ExportOptions): Promise<Answer> {
  const [{ exportHar }, { readCorpus }] = await Promise.all([
    import("../corpus/har-export.ts"),
    import("../corpus/read-corpus.ts"),
  ]);
  await pipeline(exportHar(readCorpus(corpus)), createWriteStream(out));
  return { data: { file: out }, text: `${corpus} is in ${out}` };
}

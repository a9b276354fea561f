import { z } from "zod";
import { MAX_RECORD_BYTES } from "../corpus/corpus.ts";
import type { CorpusFile } from "../corpus/write-corpus.ts";
import { CliError, type Answer } from "./answer.ts";
import type { CommonOptions, Shell } from "./shell.ts";

export interface RecordOptions extends CommonOptions {
  readonly out: string;
  readonly route?: readonly string[];
  readonly percent: number;
  readonly for?: number;
  readonly count?: number;
}

const PROGRESS = Buffer.from('{"banyanRecording"');
const progressLine = z.strictObject({
  banyanRecording: z.object({ recorded: z.number(), dropped: z.record(z.string(), z.number()) }),
});

/** Writes what the gateway sends into a corpus, until there is enough. Rejects with a CliError. */
export async function record(options: RecordOptions, shell: Shell): Promise<Answer> {
  const [{ gatewayAddress }, { openStream }, { createCorpus }, { parseHead }, { linesOf }] =
    await Promise.all([
      import("./reach.ts"),
      import("./remote-operator.ts"),
      import("../corpus/write-corpus.ts"),
      import("../corpus/entry-line.ts"),
      import("../audit/lines.ts"),
    ]);
  const enough = new AbortController();
  const stop = () => enough.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const timer = options.for === undefined ? null : setTimeout(stop, options.for);
  const query = new URLSearchParams({ percent: String(options.percent) });
  for (const id of options.route ?? []) query.append("route", id);
  let file: CorpusFile | null = null;
  let recorded = 0;
  let dropped: Readonly<Record<string, number>> = {};
  try {
    const stream = await openStream(
      gatewayAddress(options),
      `/api/record?${query.toString()}`,
      enough.signal,
    );
    for await (const { bytes, ended } of linesOf(stream, MAX_RECORD_BYTES)) {
      if (!ended) break;
      if (file === null) {
        const head = parseHead(bytes);
        if ("problem" in head)
          throw new CliError(4, [{ message: `the gateway sends no corpus: ${head.problem}` }]);
        file = await createCorpus(options.out, head.ok);
        shell.notice(`recording into ${options.out}${options.for === undefined ? "; Ctrl-C ends it" : ""}`);
        continue;
      }
      const progress = progressOf(bytes);
      if (progress !== null) {
        dropped = progress.dropped;
        continue;
      }
      await file.append(Buffer.concat([bytes, NEWLINE]));
      recorded += 1;
      if (recorded === options.count) break;
    }
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    if (timer !== null) clearTimeout(timer);
    process.off("SIGINT", stop).off("SIGTERM", stop);
    stop();
    await file?.close();
  }
  if (file === null) throw new CliError(4, [{ message: "the gateway sent nothing", next: "banyan status" }]);
  const left = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`);
  const text = `${recorded} requests in ${options.out}${left.length === 0 ? "" : `; left out: ${left.join(", ")}`}`;
  return { data: { file: options.out, recorded, dropped }, text };
}

const NEWLINE = Buffer.from("\n");

/** What the gateway says in between, or null for a line of the corpus. */
function progressOf(line: Buffer): z.infer<typeof progressLine>["banyanRecording"] | null {
  if (!line.subarray(0, PROGRESS.length).equals(PROGRESS)) return null;
  return progressLine.parse(JSON.parse(line.toString())).banyanRecording;
}

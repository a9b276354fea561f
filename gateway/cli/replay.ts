import { Option, type Command } from "commander";
import { visible } from "../config/problems.ts";
import type { Settings } from "../config/env.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { GATED_STAGES, type GatedStage } from "../evidence/gate.ts";
import type { ReplayResult } from "../replay/replay.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import { progressLine } from "./progress-line.ts";
import { replayOptions, withSending, type SendingOptions } from "./replay-options.ts";
import { reported, withReports, type ReportOptions } from "./report-forms.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const DIFF_EXAMPLES = `  banyan diff monday.ndjson.gz
  banyan diff monday.ndjson.gz --to cutover --report html=diff.html,junit=diff.xml,github
  banyan diff monday.ndjson.gz --shard 1/4 --report json=shard-1.json      merged by banyan report merge
`;
const REPLAY_EXAMPLES = `  banyan replay monday.ndjson.gz                   what it shows is evidence for can-i-cutover
  banyan replay monday.ndjson.gz --rate 50 --header "authorization: Bearer …"
`;

/** Problems of a corpus that are shown one by one. */
const MOST_PROBLEMS = 5;

type ReplayCommand = CommonOptions & SendingOptions;

interface DiffOptions extends ReplayCommand, ReportOptions {
  readonly to?: GatedStage;
}

/** `banyan diff` and `banyan replay`: a corpus against legacy and functions. */
export function addReplay(program: Command, shell: Shell): void {
  const diff = subcommand(
    program,
    "diff",
    "send a corpus to legacy and functions, and judge by that alone",
    DIFF_EXAMPLES,
  ).argument("<corpus>", "recorded by `banyan record`, or made by `banyan import`");
  withReports(withSending(diff))
    .addOption(
      new Option("--to <stage>", "judge for that stage; one rung up unless said").choices(GATED_STAGES),
    )
    .action((corpus: string, options: DiffOptions) =>
      shell.perform("diff", options, () => diffed(corpus, options, shell), "its-own"),
    );
  withSending(
    subcommand(
      program,
      "replay",
      "send a corpus to legacy and functions, and add what is seen to the evidence",
      REPLAY_EXAMPLES,
    ),
  )
    .argument("<corpus>", "recorded by `banyan record`, or made by `banyan import`")
    .action((corpus: string, options: ReplayCommand) =>
      shell.perform("replay", options, () => replayed(corpus, options, shell), "its-own"),
    );
}

async function diffed(corpus: string, options: DiffOptions, shell: Shell): Promise<Answer> {
  const [{ memoryStore }, { corpusReport }] = await Promise.all([
    import("../store/memory.ts"),
    import("./corpus-run.ts"),
  ]);
  const { config, settings } = await configured();
  const store = memoryStore();
  await store.start();
  const result = await run(corpus, { config, settings, store }, options, shell);
  const report = await corpusReport(config, settings, { file: corpus, store, result, to: options.to });
  const answer = await reported(report, options, shell.screen);
  return result.stopped === null ? answer : { ...answer, ...stoppedShort(result) };
}

async function replayed(corpus: string, options: ReplayCommand, shell: Shell): Promise<Answer> {
  const { evidenceStore } = await import("../store/configured-store.ts");
  const { config, settings } = await configured();
  const store = await evidenceStore(config.evidence, settings);
  await store.start();
  try {
    const result = await run(corpus, { config, settings, store }, options, shell);
    const told = Object.entries(result.outcomes).map(([outcome, count]) => `${outcome} ${count}`);
    const text = `${result.entries} requests: ${told.join(", ") || "none"}`;
    return { data: result, text, ...(result.stopped !== null && stoppedShort(result)) };
  } finally {
    await store.close();
  }
}

/** Where and with what a corpus is replayed. */
interface Place {
  readonly config: GatewayConfig;
  readonly settings: Settings;
  readonly store: EvidenceStore;
}

async function configured(): Promise<Omit<Place, "store">> {
  const [{ readEnv }, { readConfig }] = await Promise.all([
    import("../config/env.ts"),
    import("../config/read.ts"),
  ]);
  const settings = readEnv();
  const loaded = await readConfig(settings.configFile, settings.variables);
  if ("config" in loaded) return { config: loaded.config, settings };
  throw new CliError(2, [{ message: `${settings.configFile} is not valid`, next: "banyan validate" }]);
}

/** Ctrl-C lets what is under way come to its end, and everything counts that came to it. */
async function run(
  file: string,
  { config, settings, store }: Place,
  options: SendingOptions & CommonOptions,
  shell: Shell,
): Promise<ReplayResult> {
  const { runCorpus } = await import("./corpus-run.ts");
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const line = progressLine(process.stderr, process.stderr.isTTY && settings.variables["CI"] === undefined);
  let problems = 0;
  try {
    const result = await runCorpus(config, settings, {
      file,
      store,
      options: { ...replayOptions(options), signal: stop.signal, onProgress: line.show },
      secondaryPercent: options.secondary,
      onProblem: ({ line: at, message }) => {
        problems += 1;
        if (problems <= MOST_PROBLEMS) shell.notice(`${file}:${at}: ${visible(message)}`);
      },
    });
    const { redacted = 0 } = result.outcomes;
    if (redacted > 0)
      shell.notice(`${redacted} requests were not sent, as their credentials are redacted: ${CREDENTIALS}`);
    return result;
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    line.clear();
    if (problems > MOST_PROBLEMS) shell.notice(`${problems} lines of ${file} cannot be used`);
  }
}

const CREDENTIALS =
  'give others with --header "cookie: …" or "authorization: …", or send them with --without-redacted';

function stoppedShort({ stopped }: ReplayResult): Pick<Answer, "exitCode" | "problems"> {
  const next = "the same command with the same --checkpoint goes on from here";
  if (stopped === "aborted")
    return { exitCode: 130, problems: [{ message: "it was stopped before its end", next }] };
  return { exitCode: 4, problems: [{ message: "legacy does not answer any more, so it was stopped", next }] };
}

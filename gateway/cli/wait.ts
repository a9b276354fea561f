import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const LOOK_EVERY_MS = 500;
/** AppConfig deploys within seconds, and gateways poll it every 15 s. */
const WAIT_MS = 120_000;

export interface WaitOptions extends CommonOptions {
  readonly wait?: boolean;
  readonly gateways?: readonly string[];
}

/** Adds the options to wait until gateways run a new version. */
export function withWait(command: Command): Command {
  return withGateways(command.option("--wait", "until every gateway runs the new version"));
}

/** Adds the option that names a whole fleet. */
export function withGateways(command: Command): Command {
  return command.option(
    "--gateways <urls>",
    "operator addresses of all gateways, by commas (default: BANYAN_GATEWAYS, or the one)",
    (text: string) => text.split(",").map((url) => url.trim()),
  );
}

/** The answer, once all gateways run the version it made; exit code 3 when some do not in time. */
export async function waited(
  answer: Answer,
  flipped: { readonly made: boolean; readonly version: string },
  options: WaitOptions,
  { notice }: Pick<Shell, "notice">,
): Promise<Answer> {
  if (options.wait !== true || !flipped.made) return answer;
  const [{ remoteOperator }, { gatewayAddress }, { readEnv }] = await Promise.all([
    import("./remote-operator.ts"),
    import("./reach.ts"),
    import("../config/env.ts"),
  ]);
  const { url: own, token } = gatewayAddress(options);
  const urls = options.gateways ?? readEnv().gateways ?? [own];
  const until = performance.now() + WAIT_MS;
  let told = -1;
  for (;;) {
    const versions = await Promise.all(
      urls.map((url) =>
        remoteOperator({ url, token })
          .status()
          .then(
            ({ flags }) => flags.version,
            () => "unreachable",
          ),
      ),
    );
    const behind = urls.filter((_, i) => !isAtLeast(versions[i]!, flipped.version));
    const arrived = urls.length - behind.length;
    if (arrived !== told) notice(`${arrived} of ${urls.length} gateways run flags ${flipped.version}`);
    told = arrived;
    if (behind.length === 0) return answer;
    if (performance.now() > until) {
      const message = `not on flags ${flipped.version} after ${WAIT_MS / 1000} s: ${behind.join(", ")}`;
      return { ...answer, exitCode: 3, problems: [{ message, next: "banyan status --admin URL" }] };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Somebody may have flipped again meanwhile; versions are numbers that grow. */
function isAtLeast(version: string, wanted: string): boolean {
  return version === wanted || Number(version) >= Number(wanted);
}

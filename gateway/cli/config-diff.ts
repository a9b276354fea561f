import { visible } from "../config/problems.ts";
import type { ConfigDiff } from "../config/diff.ts";
import { CliError, type Answer } from "./answer.ts";
import type { CommonOptions, Shell } from "./shell.ts";

/** `banyan config diff`: what a running gateway would do differently with this file. */
export async function configDiffOf(
  named: string | undefined,
  options: CommonOptions,
  { notice }: Pick<Shell, "notice">,
): Promise<Answer> {
  const [
    { readEnv },
    { readConfig },
    { loadConfig },
    { configDiff },
    { waitsForRestart },
    { gatewayAddress },
    { remoteOperator },
  ] = await Promise.all([
    import("../config/env.ts"),
    import("../config/read.ts"),
    import("../config/load.ts"),
    import("../config/diff.ts"),
    import("../config/waits-for-restart.ts"),
    import("./reach.ts"),
    import("./remote-operator.ts"),
  ]);
  const { configFile, variables } = readEnv();
  const file = named ?? configFile;
  const next = await readConfig(file, variables);
  if ("problems" in next) {
    throw new CliError(2, [{ message: `${file} is not valid`, next: `banyan validate ${file}` }]);
  }
  const operator = remoteOperator(gatewayAddress(options));
  const [{ text }, status] = await Promise.all([operator.config(), operator.status()]);
  const running = loadConfig(text, "the running gateway's", variables);
  if ("problems" in running) {
    throw new CliError(4, [
      { message: "the running gateway's routes.yaml cannot be read with these variables" },
    ]);
  }
  const perMinute = (id: string) =>
    status.routes.find((route) => route.id === id)?.traffic?.perMinute ?? null;
  const diff = configDiff(running.config, next.config, perMinute);
  const waiting = waitsForRestart(running.config, next.config);
  const restart = waiting.length === 0 ? [] : [`taken up by a restart only: ${waiting.join(", ")}`];
  const data = { ...diff, effects: [...diff.effects, ...restart] };
  const flagged = status.routes.filter(({ stageFrom }) => stageFrom === "flag").map(({ id }) => id);
  for (const { at } of data.changes) {
    const [, id] = /^routes\.([^.]+)\.(?:stage|percent)$/.exec(at) ?? [];
    if (id !== undefined && flagged.includes(id)) {
      notice(`${id}: its flag says where it stands, so the stage in the file changes nothing now`);
    }
  }
  return { data, text: diffText(data) };
}

/** A diff for people. */
export function diffText({ added, removed, changes, effects }: ConfigDiff): string {
  if (added.length + removed.length + changes.length === 0) return "no difference";
  const lines = [
    ...added.map((id) => `+ ${id}`),
    ...removed.map((id) => `- ${id}`),
    ...changes.map(({ at, before, after }) => `~ ${at}: ${valueText(before)} → ${valueText(after)}`),
    ...effects,
  ];
  return lines.map(visible).join("\n");
}

function valueText(value: unknown): string {
  return value === undefined ? "(none)" : JSON.stringify(value);
}

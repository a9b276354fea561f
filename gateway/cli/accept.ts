import { readFile } from "node:fs/promises";
import { withAccepted, type AcceptedDifference } from "../config/accept.ts";
import { readEnv } from "../config/env.ts";
import { loadConfig } from "../config/load.ts";
import { replaceFile } from "../flags/replace-file.ts";
import { CliError, type Answer } from "./answer.ts";

/**
 * Writes into routes.yaml that a difference is accepted until a day. Nothing is written unless the file is valid with it.
 * Rejects with a CliError.
 */
export async function accept(routeId: string, accepted: AcceptedDifference): Promise<Answer> {
  const { configFile, variables } = readEnv();
  const before = await readFile(configFile, "utf8").catch((error: unknown) => {
    throw new CliError(2, [{ message: `${configFile} cannot be read (${String(error)})` }]);
  });
  const edited = withAccepted(before, routeId, accepted);
  if ("problem" in edited) throw new CliError(2, [{ message: edited.problem, next: "banyan status" }]);
  const loaded = loadConfig(edited.text, configFile, variables);
  if ("problems" in loaded) {
    const [first] = loaded.problems.filter(({ severity }) => severity === "error");
    const why = first === undefined ? "it would not be valid" : `${first.message} (${first.hint})`;
    throw new CliError(2, [{ message: `${configFile} stays as it is: ${why}`, next: "banyan validate" }]);
  }
  await replaceFile(configFile, edited.text);
  const { at, until, owner } = accepted;
  const text = `${routeId}: differences at ${at} are accepted until ${until}, by ${owner} (${configFile}); what is kept is judged again by the new rules`;
  return { data: { route: routeId, accepted, file: configFile }, text };
}

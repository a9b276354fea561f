import { isIPv6 } from "node:net";
import type { Operator } from "../admin/operator.ts";
import { readEnv, type Settings } from "../config/env.ts";
import { CliError } from "./answer.ts";
import { fileOperator } from "./file-operator.ts";
import { absenceOf, remoteOperator } from "./remote-operator.ts";
import type { CommonOptions, Shell } from "./shell.ts";

/**
 * The operator of the running gateway or, when none answers, of its files. A gateway named with `--admin` is never
 * replaced by files: whoever names one means that one.
 */
export async function reach(options: CommonOptions, { notice }: Pick<Shell, "notice">): Promise<Operator> {
  const url = gatewayAddress(options);
  if (options.admin !== undefined) return remoteOperator(url);
  const settings = readEnv();
  const absence = await absenceOf(url);
  if (absence === null) return remoteOperator(url);
  const { operator, flagsAt, problem } = await fileOperator(settings);
  notice(`${absence}; working on ${settings.configFile} and ${flagsAt}`);
  if (problem !== null) notice(`flags cannot be read, so stages are those of routes.yaml: ${problem}`);
  return operator;
}

/** Where the operator's side of the gateway is: the one named, or the one of this environment. */
export function gatewayAddress({ admin }: CommonOptions): string {
  return admin === undefined ? defaultAddress(readEnv()) : addressOf(admin);
}

function defaultAddress({ adminHost, adminPort }: Settings): string {
  return `http://${isIPv6(adminHost) ? `[${adminHost}]` : adminHost}:${adminPort}`;
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
  throw new CliError(2, [{ message: `--admin takes an address such as http://127.0.0.1:9901, not ${text}` }]);
}

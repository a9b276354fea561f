import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { Operator } from "../admin/operator.ts";
import { readEnv, type Settings } from "../config/env.ts";
import { CliError } from "./answer.ts";
import { fileOperator } from "./file-operator.ts";
import { absenceOf, remoteOperator, type GatewayAddress } from "./remote-operator.ts";
import type { CommonOptions, Shell } from "./shell.ts";

/**
 * The operator of the running gateway or, when none answers, of its files. A gateway named with `--admin` is never
 * replaced by files: whoever names one means that one.
 */
export async function reach(options: CommonOptions, { notice }: Pick<Shell, "notice">): Promise<Operator> {
  const gateway = gatewayAddress(options);
  if (options.admin !== undefined) return remoteOperator(gateway);
  const settings = readEnv();
  const absence = await absenceOf(gateway);
  if (absence === null) return remoteOperator(gateway);
  const { operator, flagsAt, problem } = await fileOperator(settings);
  notice(`${absence}; working on ${settings.configFile} and ${flagsAt}`);
  if (problem !== null) notice(`flags cannot be read, so stages are those of routes.yaml: ${problem}`);
  return operator;
}

/** Where the operator's side of the gateway is: the one named, or the one of this environment. */
export function gatewayAddress({ admin, tokenFile }: CommonOptions): GatewayAddress {
  const settings = readEnv();
  const token = tokenFile === undefined ? settings.token : tokenIn(tokenFile);
  if (token !== null && !/^[\x21-\x7e]+$/.test(token)) {
    throw new CliError(2, [{ message: "a token is ASCII without spaces, and not empty" }]);
  }
  return { url: admin === undefined ? defaultAddress(settings) : addressOf(admin), token };
}

function tokenIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    const message = `the token cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new CliError(2, [{ message }]);
  }
}

function defaultAddress({ adminHost, adminPort }: Settings): string {
  // Who listens everywhere is reached here, too, by a name that is always taken.
  const host = adminHost === "0.0.0.0" || adminHost === "::" ? "127.0.0.1" : adminHost;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${adminPort}`;
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
  throw new CliError(2, [{ message: `--admin takes an address such as http://127.0.0.1:9901, not ${text}` }]);
}

import { InvalidArgumentError } from "commander";
import { isHttpUrl } from "../config/network.ts";
import type { FlagsPlace, Frame } from "../scaffold/routes-yaml.ts";
import type { CommonOptions } from "./shell.ts";

export interface InitOptions extends CommonOptions {
  readonly legacyUrl?: string;
  readonly region?: string;
  readonly flags?: FlagsPlace;
  readonly fromOpenapi?: string;
  readonly fromHar?: string;
  readonly force?: boolean;
}

/** What is written where nobody says otherwise, so that the same file serves in several places. */
export const UNSAID: Frame = {
  legacyUrl: "${LEGACY_URL:-http://127.0.0.1:3000}",
  region: "${AWS_REGION:-eu-central-1}",
  flags: { source: "file" },
};

export function originArgument(text: string): string {
  const problem = originProblem(text);
  if (problem === null) return text;
  throw new InvalidArgumentError(problem);
}

/** Why this is not where a monolith is; null when it is. Variables are filled in when the file is read. */
export function originProblem(text: string): string | null {
  if (/^\$\{.*\}$/.test(text)) return null;
  const isOrigin = isHttpUrl(text) && /^https?:\/\/[^/?#]+\/?$/i.test(text) && !text.includes("@");
  return isOrigin ? null : "Write scheme, host and port, such as http://my-monolith.internal:8000.";
}

export function regionArgument(text: string): string {
  if (regionProblem(text) === null) return text;
  throw new InvalidArgumentError(regionProblem(text)!);
}

export function regionProblem(text: string): string | null {
  return /^[a-z0-9-]+$|^\$\{.*\}$/.test(text) ? null : "Write a region such as eu-central-1.";
}

/** `file`, `appconfig:shop/prod/banyan-flags`. */
export function flagsArgument(text: string): FlagsPlace {
  if (text === "file") return { source: "file" };
  const [, source, application, environment, profile] =
    /^(appconfig|appconfig-agent):([^/]{1,128})\/([^/]{1,128})\/([^/]{1,128})$/.exec(text) ?? [];
  if (application !== undefined && environment !== undefined && profile !== undefined) {
    return {
      source: source === "appconfig" ? "appconfig" : "appconfig-agent",
      application,
      environment,
      profile,
    };
  }
  throw new InvalidArgumentError("Write file, or appconfig:APPLICATION/ENVIRONMENT/PROFILE.");
}

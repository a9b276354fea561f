import { randomBytes } from "node:crypto";
import type { FunctionDefinition } from "./definition.ts";

/** Everything a function's process finds in its environment; the service's own is not handed down. */
export function environmentVariables(
  definition: FunctionDefinition,
  version: string,
  region: string,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const { name, memoryMb, environment } = definition;
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  return {
    PATH: process.env["PATH"] ?? "",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    ...extra,
    ...environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split(".")[0]}.x`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[${version}]${randomBytes(16).toString("hex")}`,
  };
}

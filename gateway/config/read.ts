import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parsePrices } from "../cost/prices.ts";
import { certificateProblems, withCertificatePaths } from "./certificate-problems.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import type { Variables } from "./interpolate.ts";
import { loadConfig } from "./load.ts";
import type { LoadedConfig } from "./load.ts";
import { inFileOrder, isError } from "./problem.ts";
import { MAX_CONFIG_BYTES } from "./yaml-bounds.ts";

/** Reads and checks a routes.yaml; a file that cannot be read is a problem like any other. */
export async function readConfig(path: string, variables: Variables): Promise<LoadedConfig> {
  try {
    const bytes = await readCapped(path);
    if (bytes === null) return unreadable(path, "this is no file", "name a routes.yaml in BANYAN_CONFIG");
    if (!isUtf8(bytes)) return unreadable(path, "the file is not UTF-8", "save it as UTF-8");
    const loaded = loadConfig(bytes.toString("utf8"), path, variables);
    if ("problems" in loaded) return loaded;
    const config = withCertificatePaths(loaded.config, dirname(path));
    const problems = inFileOrder([
      ...config.warnings,
      ...(await certificateProblems(config, loaded.problemAt)),
    ]);
    return problems.some(isError) ? { problems } : await withPrices({ ...config, warnings: problems }, path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    if (code === "ENOENT") {
      return unreadable(
        path,
        "there is no such file",
        "`banyan init` writes one; or name the file in BANYAN_CONFIG",
      );
    }
    return unreadable(path, `the file cannot be read (${String(code)})`, "check its permissions");
  }
}

/** The configuration with the prices of its own file, which is found beside it. */
async function withPrices(config: GatewayConfig, configPath: string): Promise<LoadedConfig> {
  const { pricesFile } = config.aws;
  if (pricesFile === null) return { config };
  const path = resolve(dirname(configPath), pricesFile);
  const read = await readFile(path, "utf8").then(parsePrices, (error: unknown) => ({
    problem: `the prices cannot be read (${String(error)})`,
  }));
  if ("problem" in read) return unreadable(path, read.problem, "mend the file, or remove `aws.prices`");
  return { config: { ...config, aws: { ...config.aws, prices: read } } };
}

/** The file up to just past the cap, which `loadConfig` then refuses; null for what is no regular file. */
async function readCapped(path: string): Promise<Buffer | null> {
  // A pipe would keep open() waiting for a writer but for O_NONBLOCK, and is refused either way.
  await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await handle.stat()).isFile()) return null;
  const buffer = Buffer.alloc(MAX_CONFIG_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function unreadable(file: string, message: string, hint: string): LoadedConfig {
  const place = { file, line: 1, col: 1, at: "" };
  return { problems: [{ ...place, message, hint, rule: "BYN1001", severity: "error" }] };
}

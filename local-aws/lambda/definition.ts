import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** One version's code: where it lies, and the file the handler is in. */
export interface Code {
  readonly folder: string;
  readonly file: string;
}

/** One function as its function.json describes it. */
export interface FunctionDefinition {
  readonly name: string;
  /** `file.export`, the file relative to a version's folder and without its extension. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly streaming: boolean;
  readonly reservedConcurrency: number | undefined;
  readonly versions: ReadonlyMap<string, Code>;
  /** What `$LATEST` runs. */
  readonly latest: string;
  readonly aliases: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Everything wrong with the folder of functions, at once; the message is for the terminal. */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError";
}

const QUALIFIER = /^[\w-]+$/;
const schema = z.strictObject({
  handler: z
    .string()
    .regex(
      /^(?!.*\.\.)[\w/-]+\.[\w$]+$/,
      'must be file.export without an extension, as in "handler.handler"',
    ),
  memoryMb: z.int().min(128).max(10_240).default(256),
  timeoutS: z.number().positive().max(900).default(3),
  streaming: z.boolean().default(false),
  reservedConcurrency: z.int().min(0).optional(),
  versions: z
    .record(
      z.string().regex(/^[1-9]\d*$/, "a version is a number from 1"),
      z.string().regex(/^(?!\/)(?!.*\.\.)/, "must be a folder inside the function's own"),
    )
    .refine((versions) => Object.keys(versions).length > 0, 'name at least one version, as in {"1": "."}')
    .default({ "1": "." }),
  aliases: z
    .record(z.string().regex(QUALIFIER, "an alias is letters, digits, - and _"), z.string())
    .optional(),
  environment: z.record(z.string(), z.string()).default({}),
});

/** The runtime client's own order, then ours. */
const EXTENSIONS = [".js", ".mjs", ".cjs", ".ts"];

/** Every function of a folder, by name; throws a DefinitionError that lists all problems. */
export function readDefinitions(functionsDir: string): FunctionDefinition[] {
  if (!existsSync(functionsDir)) {
    throw new DefinitionError(
      `${functionsDir} does not exist: set FUNCTIONS_DIR to the folder of your functions.`,
    );
  }
  const problems: string[] = [];
  const definitions = readdirSync(functionsDir)
    .filter((name) => existsSync(join(functionsDir, name, "function.json")))
    .flatMap((name) => {
      try {
        return [readDefinition(functionsDir, name)];
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        return [];
      }
    });
  if (problems.length > 0) throw new DefinitionError(problems.join("\n"));
  return definitions;
}

/** One function; throws a DefinitionError that lists all its problems. */
export function readDefinition(functionsDir: string, name: string): FunctionDefinition {
  const folder = join(functionsDir, name);
  const file = join(folder, "function.json");
  const parsed = schema.safeParse(readJson(file));
  if (!parsed.success) {
    throw new DefinitionError(
      parsed.error.issues
        .map(({ path, message }) => `${file}: ${path.join(".") || "the file"}: ${message}`)
        .join("\n"),
    );
  }
  const { versions, timeoutS, aliases, reservedConcurrency, ...settings } = parsed.data;
  const latest = String(Math.max(...Object.keys(versions).map(Number)));
  const named = Object.entries(aliases ?? { live: latest });
  const problems = named
    .filter(([, version]) => !(version in versions))
    .map(([alias, version]) => `aliases.${alias}: there is no version ${version} in versions`);
  const code = Object.entries(versions).map(([version, place]): [string, Code] => {
    const base = join(folder, place);
    const found = findHandler(base, settings.handler);
    if (found === undefined) {
      problems.push(`versions.${version}: no ${settings.handler.split(".")[0]}.(js|mjs|cjs|ts) in ${base}`);
    }
    return [version, { folder: base, file: found ?? "" }];
  });
  if (problems.length > 0) throw new DefinitionError(problems.map((text) => `${file}: ${text}`).join("\n"));
  return {
    ...settings,
    name,
    timeoutMs: timeoutS * 1000,
    reservedConcurrency,
    versions: new Map(code),
    latest,
    aliases: new Map(named),
  };
}

function findHandler(folder: string, handler: string): string | undefined {
  const base = join(folder, handler.slice(0, handler.lastIndexOf(".")));
  return EXTENSIONS.map((extension) => base + extension).find((file) => existsSync(file));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new DefinitionError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import { flagFileOf } from "../config/flag-file.ts";
import type { GatewayConfig, OpenFeatureConfig } from "../config/gateway-config.ts";
import { isRecord } from "../config/record.ts";
import { environmentFlags } from "./environment.ts";
import { fileFlagWriter } from "./file-writer.ts";
import { fileFlags, type FileFlags } from "./file.ts";
import type { Provider } from "@openfeature/server-sdk";
import type { FlagSnapshot, FlagSource } from "./flag-source.ts";
import type { FlagWriter } from "./writer.ts";

/** Where the flags are read, and how they are flipped. */
export interface ConfiguredFlags {
  /** Without what this gateway itself may stop. */
  readonly flags: FlagSource;
  readonly writer: FlagWriter;
}

interface FlagEvents {
  readonly clock: Clock;
  readonly onChange: (snapshot: FlagSnapshot) => void;
  readonly onRejected: (problem: string) => void;
}

type Place = Pick<Settings, "dataFolder" | "configFile" | "flags">;

interface Configured {
  readonly flags: GatewayConfig["flags"];
  readonly aws: Pick<GatewayConfig["aws"], "region" | "endpoint">;
}

/** The flags that the environment holds or that routes.yaml names; not started yet. Only who uses a vendor waits for its SDK to load. */
export async function configuredFlags(
  { flags, aws }: Configured,
  settings: Place,
  events: FlagEvents,
): Promise<ConfiguredFlags> {
  const fixed = environmentFlags(settings.flags ?? undefined, events);
  if (fixed !== null) {
    return { flags: fixed, writer: refusing("flags are in BANYAN_FLAGS: change it there, and restart") };
  }
  const kept = (...names: string[]) => join(settings.dataFolder, keptName(flags.source, names));
  switch (flags.source) {
    case "file":
      return flagsInFile(flagFileOf(flags, settings), events);
    case "appconfig":
    case "appconfig-agent": {
      const { application, environment, profile, pollMs, strategy } = flags;
      const address = { application, environment, profile };
      const cacheFile = kept(aws.region, application, environment, profile);
      const { region, endpoint } = aws;
      const { appConfigFlagWriter } = await import("./appconfig-writer.ts");
      const writer = appConfigFlagWriter({
        region,
        endpoint,
        ...address,
        strategy,
        clock: events.clock,
      });
      if (flags.source === "appconfig-agent") {
        const { agentFlags } = await import("./agent.ts");
        const { url, accessToken } = flags;
        return {
          flags: agentFlags({ url, accessToken, ...address, ...events, pollMs, cacheFile }),
          writer,
        };
      }
      const { appConfigFlags } = await import("./appconfig.ts");
      return {
        flags: appConfigFlags({ region, endpoint, ...address, ...events, pollMs, cacheFile }),
        writer,
      };
    }
    case "openfeature": {
      const { openFeatureFlags } = await import("./openfeature-source.ts");
      const provider = await providerOf(flags, settings);
      const cacheFile = kept(flags.provider, flags.flag);
      const source = openFeatureFlags({ provider, flagKey: flags.flag, ...events, cacheFile });
      return { flags: source, writer: refusing(`flags live behind ${flags.provider}: change them there`) };
    }
    default:
      return flags satisfies never;
  }
}

/** Flags in a file, and flips of them that are in use when they are answered. */
export function flagsInFile(
  path: string,
  events: FlagEvents,
): ConfiguredFlags & { readonly flags: FileFlags } {
  const flags = fileFlags({ path, ...events });
  const writer = fileFlagWriter({ path, clock: events.clock });
  return {
    flags,
    writer: {
      // Whoever flips here sees the flip in use when it is answered, without waiting for the file to be noticed.
      async apply(change) {
        const result = await writer.apply(change);
        if (result.made) await flags.refresh();
        return result;
      },
    },
  };
}

/** What the named module makes: a path is found beside routes.yaml, anything else is a package. */
async function providerOf({ provider }: OpenFeatureConfig, { configFile }: Place): Promise<Provider> {
  const isPath = /^[./]/.test(provider);
  const name = isPath ? pathToFileURL(resolve(dirname(configFile), provider)).href : provider;
  const module: unknown = await import(name);
  const make = isRecord(module) ? module["default"] : undefined;
  const made = isMaker(make) ? await make() : undefined;
  if (isProvider(made)) return made;
  throw new Error(
    `flags.provider: ${provider} makes no OpenFeature provider; its default export must be a function that returns one`,
  );
}

function isMaker(value: unknown): value is () => unknown {
  return typeof value === "function";
}

function isProvider(value: unknown): value is Provider {
  return isRecord(value) && typeof value["resolveObjectEvaluation"] === "function";
}

/** Another name for another place: flags of one are never taken for those of another. */
function keptName(source: string, names: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, 16);
  return `${source}-${digest}.json`;
}

function refusing(message: string): FlagWriter {
  return { apply: () => Promise.resolve({ made: false, why: "failed", message }) };
}

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import { flagFileOf } from "../config/flag-file.ts";
import type { AppConfigConfig, GatewayConfig } from "../config/gateway-config.ts";
import { fileFlagWriter } from "./file-writer.ts";
import { fileFlags, type FileFlags } from "./file.ts";
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

/** The flags that routes.yaml names; not started yet. */
export async function configuredFlags(
  { flags, aws }: { flags: GatewayConfig["flags"]; aws: Pick<GatewayConfig["aws"], "region" | "endpoint"> },
  settings: Pick<Settings, "dataFolder" | "configFile">,
  events: FlagEvents,
): Promise<ConfiguredFlags> {
  if (flags.source === "file") return flagsInFile(flagFileOf(flags, settings), events);
  // Only who uses AppConfig waits for its SDK to load.
  const { appConfigFlags } = await import("./appconfig.ts");
  const cacheFile = join(settings.dataFolder, keptName(flags, aws.region));
  return {
    flags: appConfigFlags({ region: aws.region, endpoint: aws.endpoint, ...flags, ...events, cacheFile }),
    writer: refusingWriter,
  };
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

/** Another name for another place: flags of one are never taken for those of another. */
function keptName({ application, environment, profile }: AppConfigConfig, region: string): string {
  const place = JSON.stringify([region, application, environment, profile]);
  return `appconfig-${createHash("sha256").update(place).digest("hex").slice(0, 16)}.json`;
}

const refusingWriter: FlagWriter = {
  apply: () =>
    Promise.resolve({
      made: false,
      why: "failed",
      message: "flags live in AppConfig: change the hosted configuration there",
    }),
};

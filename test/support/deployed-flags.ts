import {
  AppConfigClient,
  CreateApplicationCommand,
  CreateConfigurationProfileCommand,
  CreateEnvironmentCommand,
  type CreateConfigurationProfileRequest,
} from "@aws-sdk/client-appconfig";
import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  ResourceNotFoundException,
  StartConfigurationSessionCommand,
} from "@aws-sdk/client-appconfigdata";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import {
  appConfigFlagWriter,
  type AppConfigFlagWriterOptions,
} from "../../gateway/flags/appconfig-writer.ts";
import { startLocalAws, type LocalAws } from "../../local-aws/server.ts";

const PLACE = { application: "shop", environment: "prod", profile: "flags" };

/** AppConfig on a free port, with shop/prod/flags made and nothing deployed there. */
export interface DeployedFlags {
  readonly aws: LocalAws;
  /** AppConfig's control plane as anybody else uses it, in a console or a pipeline. */
  readonly client: AppConfigClient;
  readonly ids: { ApplicationId: string; EnvironmentId: string; ConfigurationProfileId: string };
  /** A writer, as in a process of its own; closed at the end. */
  readonly writer: (options?: Partial<AppConfigFlagWriterOptions>) => ReturnType<typeof appConfigFlagWriter>;
  readonly addProfile: (Name: string, more?: Partial<CreateConfigurationProfileRequest>) => Promise<string>;
  /** Deploys flags at once, whatever else goes on. */
  readonly put: (text: string, contentType?: string) => void;
  /** What gateways would read now, of the flags' profile unless told; null when nothing is deployed. */
  readonly inUse: (profile?: string) => Promise<string | null>;
  readonly end: () => Promise<void>;
}

export async function deployedFlags({ minuteMs = 0 } = {}): Promise<DeployedFlags> {
  const folder = mkdtempSync(join(tmpdir(), "deployed-"));
  const aws = await startLocalAws({
    port: 0,
    functionsDir: folder,
    quiet: true,
    appConfigPollS: 1,
    appConfigMinuteMs: minuteMs,
  });
  const client = new AppConfigClient({ endpoint: aws.url, maxAttempts: 1 });
  const reader = new AppConfigDataClient({ endpoint: aws.url, maxAttempts: 1 });
  const { Id: ApplicationId = "" } = await client.send(new CreateApplicationCommand({ Name: "shop" }));
  const { Id: EnvironmentId = "" } = await client.send(
    new CreateEnvironmentCommand({ ApplicationId, Name: "prod" }),
  );
  const addProfile = async (Name: string, more: Partial<CreateConfigurationProfileRequest> = {}) => {
    const wanted = { ApplicationId, Name, LocationUri: "hosted", ...more };
    return (await client.send(new CreateConfigurationProfileCommand(wanted))).Id ?? "";
  };
  const ids = { ApplicationId, EnvironmentId, ConfigurationProfileId: await addProfile("flags") };
  const writers: ReturnType<typeof appConfigFlagWriter>[] = [];
  return {
    aws,
    client,
    ids,
    addProfile,
    writer: (options = {}) => {
      const region = "eu-central-1";
      const settings = {
        region,
        endpoint: aws.url,
        ...PLACE,
        clock: systemClock,
        pollMs: 5,
        timeoutMs: 10_000,
      };
      writers.push(appConfigFlagWriter({ ...settings, ...options }));
      return writers.at(-1)!;
    },
    put: (text, contentType) => aws.configure("shop", "prod", "flags", text, null, contentType),
    inUse: (profile) => latest(reader, profile),
    end: async () => {
      for (const writer of writers) writer.close();
      client.destroy();
      reader.destroy();
      await aws.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function latest(reader: AppConfigDataClient, profile = PLACE.profile): Promise<string | null> {
  const { application, environment } = PLACE;
  try {
    const { InitialConfigurationToken } = await reader.send(
      new StartConfigurationSessionCommand({
        ApplicationIdentifier: application,
        EnvironmentIdentifier: environment,
        ConfigurationProfileIdentifier: profile,
        RequiredMinimumPollIntervalInSeconds: 15,
      }),
    );
    const command = new GetLatestConfigurationCommand({ ConfigurationToken: InitialConfigurationToken });
    return (await reader.send(command)).Configuration?.transformToString() ?? "";
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

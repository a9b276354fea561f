import {
  AppConfigDataClient,
  BadRequestException,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from "@aws-sdk/client-appconfigdata";
import { polledAppConfig, type AppConfigFlagsOptions } from "./appconfig-source.ts";
import { TooEarly, type AppConfigAddress, type ConfigurationSession } from "./configuration-session.ts";
import type { FlagSource } from "./flag-source.ts";

export interface AppConfigClientSettings {
  readonly region: string;
  /** Instead of AWS itself; null leaves it to the SDK, which also reads AWS_ENDPOINT_URL_APPCONFIGDATA. */
  readonly endpoint: string | null;
}

/** Flags that AWS AppConfig serves, from a freeform profile or from one of feature flags. */
export function appConfigFlags(options: AppConfigClientSettings & AppConfigFlagsOptions): FlagSource {
  return polledAppConfig(options, (pollMs) => sdkSession(options, options, pollMs));
}

const CONNECT_MS = 2_000;

/** Polls through the AWS SDK, which finds credentials where it always does. */
function sdkSession(
  { region, endpoint }: AppConfigClientSettings,
  address: AppConfigAddress,
  pollMs: number,
): ConfigurationSession {
  const client = new AppConfigDataClient({
    region,
    ...(endpoint !== null && { endpoint }),
    // A token is good for one call: whether and when to try again is for the poll loop to say.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS },
  });
  let token: string | null = null;

  const begin = async (abortSignal: AbortSignal) => {
    const command = new StartConfigurationSessionCommand({
      ApplicationIdentifier: address.application,
      EnvironmentIdentifier: address.environment,
      ConfigurationProfileIdentifier: address.profile,
      RequiredMinimumPollIntervalInSeconds: Math.ceil(pollMs / 1000),
    });
    const { InitialConfigurationToken } = await client.send(command, { abortSignal });
    if (InitialConfigurationToken === undefined) throw new Error("AppConfig answered without a token");
    return (token = InitialConfigurationToken);
  };
  const latest = async (spent: string, abortSignal: AbortSignal) => {
    const command = new GetLatestConfigurationCommand({ ConfigurationToken: spent });
    const answer = await client.send(command, { abortSignal });
    token = answer.NextPollConfigurationToken ?? null;
    const bytes = answer.Configuration ?? new Uint8Array();
    return {
      content: bytes.length === 0 ? null : bytes,
      contentType: answer.ContentType ?? "",
      intervalMs: (answer.NextPollIntervalInSeconds ?? 0) * 1000,
    };
  };
  return {
    async poll(signal) {
      if (token !== null) {
        try {
          return await latest(token, signal);
        } catch (error) {
          if (isTooEarly(error)) throw new TooEarly({ cause: error });
          // Spent, when the answer to it was lost; expired; or not understood: a new session tells.
          if (!(error instanceof BadRequestException)) throw error;
          token = null;
        }
      }
      return latest(await begin(signal), signal);
    },
    close: () => client.destroy(),
  };
}

function isTooEarly(error: unknown): boolean {
  if (!(error instanceof BadRequestException)) return false;
  const parameters = Object.values(error.Details?.InvalidParameters ?? {});
  return parameters.some(({ Problem }) => Problem === "PollIntervalNotSatisfied");
}

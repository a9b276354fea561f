import { agentSession } from "./agent-session.ts";
import { polledAppConfig, type AppConfigFlagsOptions } from "./appconfig-source.ts";
import type { AppConfigAddress } from "./configuration-session.ts";
import type { FlagSource } from "./flag-source.ts";

export interface AgentFlagsOptions extends AppConfigFlagsOptions {
  /** Where the agent listens; http://localhost:2772 unless told. */
  readonly url?: string;
  /** The agent's ACCESS_TOKEN; null, or absent, when it has none. */
  readonly accessToken?: string | null;
  /** 5 s unless told: the agent answers from its own cache, so that asking it costs nothing. */
  readonly pollMs?: number;
}

const DEFAULT_URL = "http://localhost:2772";
const POLL_MS = 5_000;

/**
 * Flags that the AppConfig Agent beside this gateway serves. Credentials, sessions and the
 * service's own interval are the agent's affair. Throws when its URL is none.
 */
export function agentFlags(options: AgentFlagsOptions): FlagSource {
  const { url = DEFAULT_URL, accessToken = null } = options;
  const configuration = configurationUrl(url, options);
  return polledAppConfig({ pollMs: POLL_MS, ...options }, () => agentSession(configuration, accessToken));
}

function configurationUrl(url: string, { application, environment, profile }: AppConfigAddress): URL {
  const configuration = URL.parse(url);
  if (configuration === null || !/^https?:$/.test(configuration.protocol)) {
    throw new Error(
      `${JSON.stringify(url)} is no URL of an AppConfig Agent: write one such as ${DEFAULT_URL}`,
    );
  }
  // A slash in a name goes as `%2F`:
  // https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-integration-containers-agent-retrieving-data.html
  const names = { applications: application, environments: environment, configurations: profile };
  const steps = Object.entries(names).map(([kind, name]) => `/${kind}/${encodeURIComponent(name)}`);
  configuration.pathname = configuration.pathname.replace(/\/$/, "") + steps.join("");
  return configuration;
}

import {
  AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  GetHostedConfigurationVersionCommand,
  ListApplicationsCommand,
  ListConfigurationProfilesCommand,
  ListDeploymentsCommand,
  ListDeploymentStrategiesCommand,
  ListEnvironmentsCommand,
  ListHostedConfigurationVersionsCommand,
  StartDeploymentCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-appconfig";
import type { AppConfigClientSettings } from "./appconfig.ts";
import { Calls } from "./appconfig-calls.ts";
import { deploymentOf, type FlagDeployment } from "./appconfig-deployment.ts";
import { checkProfile, theOne, type FlagPlace } from "./appconfig-place.ts";
import { newestOf, type StoredVersion } from "./appconfig-version.ts";
import type { AppConfigAddress } from "./configuration-session.ts";

const CONNECT_MS = 2_000;
const MAX_DESCRIPTION = 1024;

/** AppConfig's control plane, as far as flags need it, through the AWS SDK. Rejects with a ControlFailure. */
export class AppConfigControl {
  readonly calls = new Calls();
  readonly #client: AppConfigClient;
  readonly #address: AppConfigAddress;
  readonly #strategy: string;
  #place: FlagPlace | null = null;

  constructor({ region, endpoint }: AppConfigClientSettings, address: AppConfigAddress, strategy: string) {
    this.#client = new AppConfigClient({
      region,
      ...(endpoint !== null && { endpoint }),
      // A change must not be repeated blindly: whether it was made is looked up first.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: CONNECT_MS },
    });
    this.#address = address;
    this.#strategy = strategy;
  }

  /** Where the flags are; asked for once. */
  async place(): Promise<FlagPlace> {
    return (this.#place ??= await this.#find());
  }

  /** Forgets where the flags are: what had those ids may be gone. */
  forgetPlace(): void {
    this.#place = null;
  }

  /** Those of the environment, newest first, whatever their profile. */
  async *deployments(): AsyncGenerator<FlagDeployment> {
    const place = await this.place();
    const { ApplicationId, EnvironmentId } = place;
    const pages = this.calls.pages("ListDeployments", (NextToken, abortSignal) =>
      this.#client.send(new ListDeploymentsCommand({ ApplicationId, EnvironmentId, NextToken }), {
        abortSignal,
      }),
    );
    for await (const page of pages) for (const summary of page) yield deploymentOf(summary, place);
  }

  async deployment(number: number): Promise<FlagDeployment> {
    const place = await this.place();
    const { ApplicationId, EnvironmentId } = place;
    const command = new GetDeploymentCommand({ ApplicationId, EnvironmentId, DeploymentNumber: number });
    const told = await this.calls.read("GetDeployment", (abortSignal) =>
      this.#client.send(command, { abortSignal }),
    );
    return deploymentOf(told, place);
  }

  /** The newest in the store, deployed or not; the one with a label when that is given. */
  async newestVersion(VersionLabel?: string): Promise<StoredVersion | null> {
    const { ApplicationId, ConfigurationProfileId } = await this.place();
    const pages = this.calls.pages("ListHostedConfigurationVersions", (NextToken, abortSignal) => {
      const input = { ApplicationId, ConfigurationProfileId, VersionLabel, NextToken };
      return this.#client.send(new ListHostedConfigurationVersionsCommand(input), { abortSignal });
    });
    return newestOf(pages);
  }

  async content(number: number): Promise<{ bytes: Uint8Array; contentType: string }> {
    const { ApplicationId, ConfigurationProfileId } = await this.place();
    const input = { ApplicationId, ConfigurationProfileId, VersionNumber: number };
    const command = new GetHostedConfigurationVersionCommand(input);
    const { Content = new Uint8Array(), ContentType = "application/json" } = await this.calls.read(
      "GetHostedConfigurationVersion",
      (abortSignal) => this.#client.send(command, { abortSignal }),
    );
    return { bytes: Content, contentType: ContentType };
  }

  /** Stores a version, once, and gives its number; refused when the newest is another than it is to come after. */
  async createVersion(version: {
    readonly text: string;
    readonly contentType: string;
    readonly label: string;
    readonly description: string;
    readonly after: number | null;
  }): Promise<number> {
    const { ApplicationId, ConfigurationProfileId } = await this.place();
    const command = new CreateHostedConfigurationVersionCommand({
      ApplicationId,
      ConfigurationProfileId,
      Content: new TextEncoder().encode(version.text),
      ContentType: version.contentType,
      Description: inHeader(version.description),
      VersionLabel: version.label,
      ...(version.after !== null && { LatestVersionNumber: version.after }),
    });
    return this.calls.once(
      "CreateHostedConfigurationVersion",
      async (abortSignal) => (await this.#client.send(command, { abortSignal })).VersionNumber ?? 0,
      async () => (await this.newestVersion(version.label))?.number ?? null,
    );
  }

  /** Starts a deployment, once, and gives its number; refused while one is in progress, or came in between. */
  async startDeployment(version: number, description: string, after: number | null): Promise<number> {
    const { ApplicationId, EnvironmentId, ConfigurationProfileId } = await this.place();
    const command = new StartDeploymentCommand({
      ApplicationId,
      EnvironmentId,
      ConfigurationProfileId,
      ConfigurationVersion: String(version),
      DeploymentStrategyId: await this.#strategyId(),
      Description: description.slice(0, MAX_DESCRIPTION),
      ...(after !== null && { LatestDeploymentNumber: after }),
    });
    return this.calls.once(
      "StartDeployment",
      async (abortSignal) => (await this.#client.send(command, { abortSignal })).DeploymentNumber ?? 0,
      () => this.#deploymentOf(version, after ?? 0),
    );
  }

  /** Rolls back what is in progress; with `AllowRevert`, and only then, what is complete, too. */
  async stopDeployment(number: number, AllowRevert: boolean): Promise<void> {
    const { ApplicationId, EnvironmentId } = await this.place();
    const command = new StopDeploymentCommand({
      ApplicationId,
      EnvironmentId,
      DeploymentNumber: number,
      AllowRevert,
    });
    await this.calls.send("StopDeployment", (abortSignal) => this.#client.send(command, { abortSignal }));
  }

  close(): void {
    this.calls.close();
    this.#client.destroy();
  }

  async #deploymentOf(version: number, after: number): Promise<number | null> {
    for await (const deployment of this.deployments()) {
      if (deployment.number <= after) break;
      if (deployment.ofFlags && deployment.version === version) return deployment.number;
    }
    return null;
  }

  async #find(): Promise<FlagPlace> {
    const { application, environment, profile } = this.#address;
    const applications = this.calls.pages("ListApplications", (NextToken, abortSignal) =>
      this.#client.send(new ListApplicationsCommand({ NextToken }), { abortSignal }),
    );
    const { Id: ApplicationId } = await theOne("application", application, applications);
    const environments = this.calls.pages("ListEnvironments", (NextToken, abortSignal) =>
      this.#client.send(new ListEnvironmentsCommand({ ApplicationId, NextToken }), { abortSignal }),
    );
    const profiles = this.calls.pages("ListConfigurationProfiles", (NextToken, abortSignal) =>
      this.#client.send(new ListConfigurationProfilesCommand({ ApplicationId, NextToken }), { abortSignal }),
    );
    const { Id: EnvironmentId } = await theOne("environment", environment, environments);
    const found = await theOne("configuration profile", profile, profiles);
    checkProfile(found);
    const { Id: ConfigurationProfileId, Name: profileName = profile } = found;
    return { ApplicationId, EnvironmentId, ConfigurationProfileId, profileName };
  }

  async #strategyId(): Promise<string> {
    // Predefined ones have an id that says what they are; others a name.
    if (this.#strategy.startsWith("AppConfig.")) return this.#strategy;
    const strategies = this.calls.pages("ListDeploymentStrategies", (NextToken, abortSignal) =>
      this.#client.send(new ListDeploymentStrategiesCommand({ NextToken }), { abortSignal }),
    );
    return (await theOne("deployment strategy", this.#strategy, strategies)).Id;
  }
}

/** Descriptions of versions travel in a header, which takes ASCII only. */
function inHeader(description: string): string {
  const plain = description.normalize("NFKD").replaceAll(/\p{Mark}/gu, "");
  const ascii = plain.replaceAll(/\s+/g, " ").replaceAll(/[^\x20-\x7e]/g, "?");
  return ascii.trim().slice(0, MAX_DESCRIPTION);
}

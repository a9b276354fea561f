import type { Pace } from "./deployment.ts";
import { Deployments } from "./deployments.ts";
import { Directory, newId, type Named } from "./directory.ts";
import { notFound } from "./errors.ts";
import { flattened } from "./feature-flags.ts";
import { HostedVersions, type HostedVersion, type NewVersion } from "./hosted-versions.ts";
import { Strategies } from "./strategies.ts";
import type { Validator } from "./validators.ts";

/** The three names, or ids, that a configuration is found by. */
export interface Address {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
}

export interface Application extends Named {
  readonly description: string | null;
  readonly environments: Directory<Environment>;
  readonly profiles: Directory<Profile>;
}

export interface Environment extends Named {
  readonly description: string | null;
  readonly deployments: Deployments;
}

export interface Profile extends Named {
  readonly description: string | null;
  readonly type: "AWS.Freeform" | "AWS.AppConfig.FeatureFlags";
  readonly locationUri: string;
  readonly versions: HostedVersions;
  validators: readonly Validator[];
}

type New<T> = Partial<Omit<T, "id" | "name">>;

/** Every application of the account with what is in it, in memory. */
export class Configurations {
  readonly applications = new Directory<Application>();
  readonly strategies = new Strategies();
  /** How stored versions are listed. */
  listsOldestFirst = false;
  readonly #pace: Pace;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  addApplication(name: string, description: string | null = null): Application {
    const inside = { environments: new Directory<Environment>(), profiles: new Directory<Profile>() };
    return this.applications.add({ id: newId(), name, description, ...inside });
  }

  addEnvironment(
    { environments }: Application,
    name: string,
    description: string | null = null,
  ): Environment {
    return environments.add({ id: newId(), name, description, deployments: new Deployments(this.#pace) });
  }

  addProfile({ profiles }: Application, name: string, more: New<Profile> = {}): Profile {
    const plain = { description: null, type: "AWS.Freeform", locationUri: "hosted", validators: [] } as const;
    const profile = { ...plain, ...more, id: newId(), name };
    const serve = profile.type === "AWS.AppConfig.FeatureFlags" ? flattened : undefined;
    return profiles.add({ ...profile, versions: new HostedVersions(serve) });
  }

  /** Makes a version of whatever is named, which is made where it is missing; deployed at once, and unvalidated. */
  deploy({ application, environment, profile }: Address, version: NewVersion): void {
    const inside = this.applications.find(application) ?? this.addApplication(application);
    const { deployments } = inside.environments.find(environment) ?? this.addEnvironment(inside, environment);
    const { id, name, versions } = inside.profiles.find(profile) ?? this.addProfile(inside, profile);
    const strategy = this.strategies.byId("AppConfig.AllAtOnce")!;
    const made = versions.add(version);
    deployments.complete({
      profileId: id,
      profileName: name,
      version: made,
      strategy,
      description: made.description,
    });
  }

  /** Goes off everywhere. */
  alarm(): void {
    for (const { environments } of this.applications.all()) {
      for (const { deployments } of environments.all()) deployments.alarm();
    }
  }

  /** What is there, or a ServiceError that says which of the names is unknown. */
  locate({ application, environment, profile }: Address): { environment: Environment; profile: Profile } {
    const inside = this.applications.find(application);
    if (inside === undefined) throw notFound("Application");
    const foundEnvironment = inside.environments.find(environment);
    if (foundEnvironment === undefined) throw notFound("Environment");
    const foundProfile = inside.profiles.find(profile);
    if (foundProfile === undefined) throw notFound("ConfigurationProfile");
    return { environment: foundEnvironment, profile: foundProfile };
  }

  /** What is served there, or a ServiceError that says what is missing. */
  get(at: Address): HostedVersion {
    const { environment, profile } = this.locate(at);
    const served = environment.deployments.served(profile.id);
    if (served === null) throw notFound("Deployment");
    return served;
  }
}

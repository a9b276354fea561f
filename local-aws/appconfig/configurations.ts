import { notFound } from "./errors.ts";

/** The three names that a configuration is found by. */
export interface Address {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
}

/** What is deployed at an address. Immutable: a new deployment makes a new one. */
export interface Configuration {
  readonly content: string;
  readonly contentType: string;
  /** Null when nobody gave it one. */
  readonly versionLabel: string | null;
}

/** Everything that is deployed, in memory. A deployment is complete at once. */
export class Configurations {
  readonly #deployed = new Map<string, { readonly at: Address; readonly configuration: Configuration }>();

  deploy(at: Address, configuration: Configuration): void {
    this.#deployed.set(keyOf(at), { at, configuration });
  }

  /** What is deployed there, or a ServiceError that says which of the names is unknown. */
  get(at: Address): Configuration {
    const found = this.#deployed.get(keyOf(at));
    if (found !== undefined) return found.configuration;
    const inApplication = this.#all().filter(({ application }) => application === at.application);
    if (inApplication.length === 0) throw notFound("Application");
    const known = inApplication.some(({ environment }) => environment === at.environment);
    throw notFound(known ? "ConfigurationProfile" : "Environment");
  }

  #all(): Address[] {
    return [...this.#deployed.values()].map(({ at }) => at);
  }
}

function keyOf({ application, environment, profile }: Address): string {
  return JSON.stringify([application, environment, profile]);
}

import { Configurations } from "./configurations.ts";
import { Faults } from "./faults.ts";
import { Sessions } from "./sessions.ts";

/** AppConfig's state: what is deployed, who polls it, and what is to go wrong. */
export interface AppConfig {
  readonly configurations: Configurations;
  readonly sessions: Sessions;
  readonly faults: Faults;
}

/** Nothing deployed yet; no session may poll more often than the minimum. */
export function appConfig(minimumIntervalS: number): AppConfig {
  const configurations = new Configurations();
  return { configurations, sessions: new Sessions(configurations, minimumIntervalS), faults: new Faults() };
}

import { Configurations } from "./configurations.ts";
import type { Pace } from "./deployment.ts";
import { Faults, type CallFault, type PollFault } from "./faults.ts";
import { Sessions } from "./sessions.ts";

/** AppConfig's state: what is there, who polls it, and what is to go wrong. */
export interface AppConfig {
  readonly configurations: Configurations;
  readonly sessions: Sessions;
  readonly pace: Pace;
  readonly pollFaults: Faults<PollFault>;
  readonly callFaults: Faults<CallFault>;
}

/** Nothing there yet; no session may poll more often than the minimum, and a deployment's minute lasts so long. */
export function appConfig(minimumIntervalS: number, minuteMs: number): AppConfig {
  const pace: Pace = { now: Date.now, minuteMs, held: null };
  const configurations = new Configurations(pace);
  return {
    configurations,
    sessions: new Sessions(configurations, minimumIntervalS),
    pace,
    pollFaults: new Faults(),
    callFaults: new Faults(),
  };
}

import { isInProgress, isUndone, type FlagDeployment } from "./appconfig-deployment.ts";

/** What is in use, what is in the way, and what the next deployment comes after. */
export interface DeploymentSurvey {
  /** The newest of the flags that is through and stands; null before the first. */
  readonly settled: FlagDeployment | null;
  /** The one in progress, of any profile: an environment has one at a time. */
  readonly running: FlagDeployment | null;
  /** The number of the newest one; null before the first. */
  readonly newest: number | null;
}

/** Reads no further than it must. */
export async function surveyed(newestFirst: AsyncIterable<FlagDeployment>): Promise<DeploymentSurvey> {
  let running: FlagDeployment | null = null;
  let newest: number | null = null;
  for await (const deployment of newestFirst) {
    newest ??= deployment.number;
    if (isInProgress(deployment)) running ??= deployment;
    else if (deployment.ofFlags && !isUndone(deployment)) return { settled: deployment, running, newest };
  }
  return { settled: null, running, newest };
}

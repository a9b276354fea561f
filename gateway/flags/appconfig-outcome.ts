import type { Clock } from "../clock.ts";
import type { AppConfigControl } from "./appconfig-control.ts";
import { inWords, isInProgress, isUndone, type FlagDeployment } from "./appconfig-deployment.ts";
import { ControlFailure, NotMade } from "./appconfig-failure.ts";

/** How deployments are waited for. */
export interface Waiting {
  readonly control: AppConfigControl;
  readonly clock: Clock;
  readonly pollMs: number;
  readonly timeoutMs: number;
}

/** Waits until a deployment is in use everywhere, and gives what else to know of it. Rejects when it does not stand. */
export async function inUse(waiting: Waiting, number: number): Promise<string[]> {
  const { control, clock, pollMs, timeoutMs } = waiting;
  const endMs = clock.elapsed() + timeoutMs;
  for (;;) {
    const deployment = await seen(control, number);
    const late = clock.elapsed() >= endMs;
    if (deployment !== null) {
      const { state, percent, undoneBy } = deployment;
      if (state === "COMPLETE") return [];
      if (state === "BAKING") return [bakingNote(deployment)];
      if (isUndone(deployment)) throw undone(deployment);
      if (late && state === "DEPLOYING") {
        return [`${inWords(deployment)} is still under way, with ${Math.round(percent)} % of the gateways`];
      }
      if (late && undoneBy !== null) throw undone(deployment);
    }
    if (late) throw unknown(number, `it was not through within ${timeoutMs} ms`);
    await control.calls.pause(pollMs).catch((error: ControlFailure) => {
      throw unknown(number, error.message);
    });
  }
}

/** Ends a deployment that is in the way; resolves with it when that undid it, with null when it was through by itself. */
export async function stopped(waiting: Waiting, number: number): Promise<FlagDeployment | null> {
  const { control, clock, pollMs, timeoutMs } = waiting;
  const endMs = clock.elapsed() + timeoutMs;
  let problem = "it goes on";
  for (;;) {
    const deployment = await control.deployment(number);
    if (!isInProgress(deployment)) return isUndone(deployment) ? deployment : null;
    if (clock.elapsed() >= endMs) {
      throw new NotMade(
        "failed",
        `${inWords(deployment)} could not be stopped within ${timeoutMs} ms: ${problem}`,
      );
    }
    if (deployment.state !== "ROLLING_BACK") {
      try {
        // Without AllowRevert only what is DEPLOYING can be stopped; with it, what is complete would be reverted.
        // https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_StopDeployment.html
        await control.stopDeployment(number, deployment.state !== "DEPLOYING");
        continue;
      } catch (error) {
        if (!(error instanceof ControlFailure) || error.kind === "refused") throw error;
        // It may have gone on meanwhile, or have been stopped though the answer was lost: the next look tells.
        problem = error.message;
      }
    }
    await control.calls.pause(pollMs);
  }
}

/** Null when it cannot be seen just now. */
async function seen(control: AppConfigControl, number: number): Promise<FlagDeployment | null> {
  try {
    return await control.deployment(number);
  } catch (error) {
    if (!(error instanceof ControlFailure)) throw error;
    if (error.repeatable) return null;
    throw unknown(number, error.message);
  }
}

function bakingNote({ number, endsAtMs }: FlagDeployment): string {
  const until = endsAtMs === null ? "" : ` until ${new Date(endsAtMs).toISOString()}`;
  return `in use, but deployment ${number} is baking${until}: an alarm still rolls it back, and other changes have to wait`;
}

function undone(deployment: FlagDeployment): NotMade {
  const by = deployment.undoneBy ?? "somebody";
  return new NotMade(
    "failed",
    `deployment ${deployment.number} was rolled back by ${by}, and what was in use before is again: find out why, then repeat this`,
  );
}

function unknown(number: number, why: string): NotMade {
  return new NotMade(
    "failed",
    `deployment ${number} was started, but nobody knows yet what became of it: ${why}; look at it in AppConfig before you repeat this`,
  );
}

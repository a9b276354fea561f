import { Deployment, type DeploymentOrder, type DeploymentState, type Pace } from "./deployment.ts";
import { badRequest, conflict, noSuch } from "./errors.ts";
import type { HostedVersion } from "./hosted-versions.ts";

/** A gradual deployment is simplified: all get the new version once it is deploying, instead of a growing share. */
const SERVED: readonly DeploymentState[] = ["DEPLOYING", "BAKING", "COMPLETE"];
const REVERTIBLE_MS = 72 * 60 * 60 * 1000;

/** The deployments of one environment, one at a time, whatever the profile. */
export class Deployments {
  readonly #pace: Pace;
  readonly #all: Deployment[] = [];

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Refused while another is in progress, or when `after` is given and is not the number of the newest so far. */
  start(order: Omit<DeploymentOrder, "number">, after: number | null): Deployment {
    const running = this.inProgress();
    // The words are AWS's own, as in https://github.com/hashicorp/terraform-provider-aws/issues/36975.
    if (running !== null) throw conflict(`Deployment number ${running.order.number} already exists`);
    if (after !== null && after !== this.#all.length) {
      throw conflict(`The latest deployment number is ${this.#all.length}, not ${after}`);
    }
    return this.#add(order);
  }

  /** One that is complete at once, whatever else goes on. */
  complete(order: Omit<DeploymentOrder, "number">): void {
    this.#add(order).complete();
  }

  get(number: string): Deployment {
    const found = this.#all.find(({ order }) => String(order.number) === number);
    if (found === undefined) throw noSuch("Deployment");
    return found;
  }

  newestFirst(): Deployment[] {
    return this.#all.toReversed();
  }

  inProgress(): Deployment | null {
    return this.#all.find((deployment) => deployment.inProgress()) ?? null;
  }

  /** What the data plane serves; null before the first deployment of a profile. */
  served(profileId: string): HostedVersion | null {
    return this.#served(profileId)?.order.version ?? null;
  }

  /**
   * Rolls back what is in progress; reverts what is complete where that is allowed. The reference lets only DEPLOYING
   * be stopped without `allowRevert`, the user's guide all that is in progress; this holds to the stricter one.
   * https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_StopDeployment.html
   */
  stop(number: string, allowRevert: boolean): Deployment {
    const deployment = this.get(number);
    const state = deployment.state();
    if (state === "DEPLOYING" || (allowRevert && (state === "VALIDATING" || state === "BAKING"))) {
      deployment.rollBack("USER", "Deployment stopped");
    } else if (state === "COMPLETE" && allowRevert && this.#revertible(deployment)) {
      deployment.revert();
    } else {
      throw badRequest(`Deployment number ${number} is ${state} and cannot be stopped`);
    }
    return deployment;
  }

  /** As an alarm does it. */
  alarm(): void {
    const running = this.inProgress();
    if (running?.state() === "ROLLING_BACK") return;
    running?.rollBack("CLOUDWATCH_ALARM", "arn:aws:cloudwatch:eu-central-1:000000000000:alarm:errors");
  }

  #add(order: Omit<DeploymentOrder, "number">): Deployment {
    const deployment = new Deployment({ ...order, number: this.#all.length + 1 }, this.#pace);
    this.#all.push(deployment);
    return deployment;
  }

  #served(profileId: string): Deployment | undefined {
    return this.#all.findLast(
      (deployment) => deployment.order.profileId === profileId && SERVED.includes(deployment.state()),
    );
  }

  #revertible(deployment: Deployment): boolean {
    const young = this.#pace.now() - (deployment.completedAtMs() ?? 0) <= REVERTIBLE_MS;
    return young && this.#served(deployment.order.profileId) === deployment;
  }
}

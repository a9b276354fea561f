import type { HostedVersion } from "./hosted-versions.ts";
import type { Strategy } from "./strategies.ts";

/** Where a deployment may be; those of https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetDeployment.html. */
export type DeploymentState = PassingState | "COMPLETE" | "ROLLED_BACK" | "REVERTED";

/** Those it leaves by itself. */
export const PASSING_STATES = ["VALIDATING", "DEPLOYING", "BAKING", "ROLLING_BACK"] as const;
export type PassingState = (typeof PASSING_STATES)[number];

/** What time is to deployments. */
export interface Pace {
  /** Wall-clock milliseconds. */
  readonly now: () => number;
  /** How long a strategy's minute lasts. */
  readonly minuteMs: number;
  /** The state that no deployment leaves for now; null when they go on as they should. */
  held: PassingState | null;
}

/** Who made it go another way; part of the vocabulary of DeploymentEvent's `TriggeredBy`. */
export type Trigger = "USER" | "APPCONFIG" | "CLOUDWATCH_ALARM";

/** What happened to a deployment; the fields of DeploymentEvent. */
export interface DeploymentEvent {
  readonly EventType: string;
  readonly TriggeredBy: Trigger;
  readonly Description: string;
  readonly OccurredAt: string;
}

/** What was asked for. */
export interface DeploymentOrder {
  readonly number: number;
  readonly profileId: string;
  readonly profileName: string;
  readonly version: HostedVersion;
  readonly strategy: Strategy;
  readonly description: string | null;
}

const NEXT: Partial<Record<DeploymentState, DeploymentState>> = {
  VALIDATING: "DEPLOYING",
  DEPLOYING: "BAKING",
  BAKING: "COMPLETE",
  ROLLING_BACK: "ROLLED_BACK",
};

const EVENTS: Partial<Record<DeploymentState, string>> = {
  BAKING: "BAKE_TIME_STARTED",
  COMPLETE: "DEPLOYMENT_COMPLETED",
  ROLLING_BACK: "ROLLBACK_STARTED",
  ROLLED_BACK: "ROLLBACK_COMPLETED",
  REVERTED: "REVERT_COMPLETED",
};

/** One deployment. It has no timer: whoever looks finds it where it would have got to by now. */
export class Deployment {
  readonly order: DeploymentOrder;
  readonly startedAtMs: number;
  readonly #pace: Pace;
  readonly #events: DeploymentEvent[] = [];
  #state: DeploymentState = "VALIDATING";
  #sinceMs: number;

  constructor(order: DeploymentOrder, pace: Pace) {
    this.order = order;
    this.#pace = pace;
    this.startedAtMs = this.#sinceMs = pace.now();
    this.#tell("DEPLOYMENT_STARTED", "USER", "Deployment started");
  }

  state(): DeploymentState {
    let next = NEXT[this.#state];
    while (next !== undefined && this.#state !== this.#pace.held) {
      const endMs = this.#sinceMs + this.#durationMs();
      if (this.#pace.now() < endMs) break;
      this.#enter(next, endMs);
      next = NEXT[next];
    }
    return this.#state;
  }

  /** Whether no other may start in its environment. */
  inProgress(): boolean {
    return NEXT[this.state()] !== undefined;
  }

  /** Wall-clock milliseconds; null while it is in progress. */
  completedAtMs(): number | null {
    return this.inProgress() ? null : this.#sinceMs;
  }

  /** Share of the targets that have it. */
  percentageComplete(): number {
    const state = this.state();
    if (state === "BAKING" || state === "COMPLETE") return 100;
    if (state !== "DEPLOYING") return 0;
    const durationMs = this.#durationMs();
    return durationMs === 0 ? 100 : Math.min(100, ((this.#pace.now() - this.#sinceMs) / durationMs) * 100);
  }

  /** Newest first, as AppConfig lists them. */
  events(): DeploymentEvent[] {
    this.state();
    return this.#events.toReversed();
  }

  rollBack(by: Trigger, why: string): void {
    this.#enter("ROLLING_BACK", this.#pace.now(), by, why);
  }

  revert(): void {
    this.#enter("REVERTED", this.#pace.now(), "USER", "Deployment reverted");
  }

  /** Skips all there is to wait for. */
  complete(): void {
    this.#enter("COMPLETE", this.#pace.now());
  }

  #enter(state: DeploymentState, atMs: number, by: Trigger = "APPCONFIG", why: string = state): void {
    this.#state = state;
    this.#sinceMs = atMs;
    const event = EVENTS[state];
    if (event !== undefined) this.#tell(event, by, why);
  }

  #tell(EventType: string, TriggeredBy: Trigger, Description: string): void {
    const OccurredAt = new Date(this.#sinceMs).toISOString();
    this.#events.push({ EventType, TriggeredBy, Description, OccurredAt });
  }

  #durationMs(): number {
    const { durationMinutes, bakeMinutes } = this.order.strategy;
    if (this.#state === "DEPLOYING") return durationMinutes * this.#pace.minuteMs;
    return this.#state === "BAKING" ? bakeMinutes * this.#pace.minuteMs : 0;
  }
}

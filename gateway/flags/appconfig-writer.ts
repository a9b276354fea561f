import type { Clock } from "../clock.ts";
import type { AppConfigClientSettings } from "./appconfig.ts";
import { AppConfigControl } from "./appconfig-control.ts";
import { ControlFailure, NotMade } from "./appconfig-failure.ts";
import { AppConfigFlip } from "./appconfig-flip.ts";
import type { AppConfigAddress } from "./configuration-session.ts";
import type { FlagWriter } from "./writer.ts";

export interface AppConfigFlagWriterOptions extends AppConfigClientSettings, AppConfigAddress {
  readonly clock: Clock;
  /**
   * The deployment strategy, by name or id; AppConfig.AllAtOnce unless told. That one bakes for ten minutes, in which
   * only a kill switch gets through: one of your own without bake time lets flips follow each other.
   */
  readonly strategy?: string;
  /** Milliseconds between two looks at a deployment. */
  readonly pollMs?: number;
  /** Milliseconds that a deployment is waited for. */
  readonly timeoutMs?: number;
}

const POLL_MS = 1_000;
const TIMEOUT_MS = 60_000;

/**
 * Flips flags in AWS AppConfig: what is deployed is edited, stored as a new version and deployed. Each of these steps
 * names what it comes after, so that of two who flip at once one is refused; and what a crash leaves between them is
 * a stored version that nobody uses. A kill switch stops the deployment that is in its way.
 */
export function appConfigFlagWriter(
  options: AppConfigFlagWriterOptions,
): FlagWriter & { readonly close: () => void } {
  const { clock, strategy = "AppConfig.AllAtOnce", pollMs = POLL_MS, timeoutMs = TIMEOUT_MS } = options;
  const control = new AppConfigControl(options, options, strategy);
  const place = `AppConfig ${options.application}/${options.environment}/${options.profile}`;
  return {
    async apply(change) {
      try {
        return await new AppConfigFlip({ control, clock, pollMs, timeoutMs }, change).make();
      } catch (error) {
        if (error instanceof ControlFailure && error.kind === "missing") control.forgetPlace();
        const message = `${place}: ${error instanceof Error ? error.message : String(error)}`;
        return { made: false, why: error instanceof NotMade ? error.why : "failed", message };
      }
    },
    close: () => control.close(),
  };
}

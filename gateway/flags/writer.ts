import type { Stage } from "../routes/route.ts";

interface Signed {
  readonly by: string;
  readonly reason: string;
  /** The version the change was decided on; when the flags have moved on since, the change is refused. */
  readonly expectVersion?: string;
}

/** Where one route is to be. Whether that is legal is for the caller to say (flipRefusal), who knows where it stands. */
export interface RouteChange {
  readonly routeId: string;
  readonly stage: Stage;
  /** For a canary, and only there. */
  readonly percent?: number;
  /** Its own kill switch and pause; as they are when absent. */
  readonly kill?: boolean;
  readonly pause?: boolean;
  /** ISO 8601: when the flag ends; null for never, as it is when absent. */
  readonly until?: string | null;
}

/** One route to one stage. */
export interface Flip extends Signed, RouteChange {}

/** Several routes at once: all of them in one version, or none. */
export interface Moves extends Signed {
  readonly moves: readonly RouteChange[];
}

/** The emergency stop, on or off. */
export interface Kill extends Signed {
  readonly kill: boolean;
}

export type FlagChange = Flip | Moves | Kill;

/**
 * What became of a change. Not made, it left everything as it was:
 * - `conflict`: the flags are at another version than expected;
 * - `invalid`: the flags there are, or would become, are not valid;
 * - `busy`: somebody else is changing them right now;
 * - `not-written`: where they are kept, nothing can be written now: read-only, full, or not this user's;
 * - `failed`: they could not be read or written; where nobody can know whether they were, the message says so.
 */
export type FlipResult =
  | {
      readonly made: true;
      readonly version: string;
      readonly previousVersion: string;
      /** What else to know, for people: what had to give way, what is still under way. */
      readonly notes?: readonly string[];
    }
  | {
      readonly made: false;
      readonly why: "conflict" | "invalid" | "busy" | "not-written" | "failed";
      /** What is wrong and what to do, for people. */
      readonly message: string;
    };

/** Changes the flags where they are kept, one version at a time. Never rejects. */
export interface FlagWriter {
  apply(change: FlagChange): Promise<FlipResult>;
}

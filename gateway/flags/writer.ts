import type { Stage } from "../routes/route.ts";

interface Signed {
  readonly by: string;
  readonly reason: string;
  /** The version the change was decided on; when the flags have moved on since, the change is refused. */
  readonly expectVersion?: string;
}

/** One route to one stage. Whether that is legal is for the caller to say (flipRefusal), who knows where it stands. */
export interface Flip extends Signed {
  readonly routeId: string;
  readonly stage: Stage;
  /** For a canary, and only there. */
  readonly percent?: number;
}

/** The emergency stop, on or off. */
export interface Kill extends Signed {
  readonly kill: boolean;
}

export type FlagChange = Flip | Kill;

/**
 * What became of a change. Not made, it left everything as it was:
 * - `conflict`: the flags are at another version than expected;
 * - `invalid`: the flags there are, or would become, are not valid;
 * - `busy`: somebody else is changing them right now;
 * - `failed`: they could not be read or written.
 */
export type FlipResult =
  | { readonly made: true; readonly version: string; readonly previousVersion: string }
  | {
      readonly made: false;
      readonly why: "conflict" | "invalid" | "busy" | "failed";
      /** What is wrong and what to do, for people. */
      readonly message: string;
    };

/** Changes the flags where they are kept, one version at a time. Never rejects. */
export interface FlagWriter {
  apply(change: FlagChange): Promise<FlipResult>;
}

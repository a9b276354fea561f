import type { Stage } from "../routes/route.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { FlagRule } from "./rule.ts";

/** What the flags say about one route. */
export interface RouteFlag {
  readonly stage: Stage;
  /** Canary share in percent, 0–100 in steps of 0.001. Only read when the stage is canary. */
  readonly percent: number;
  /** The emergency stop of this route alone. */
  readonly killed?: boolean;
  /** Nobody moves it up, and nothing is mirrored, until somebody resumes it. */
  readonly paused?: boolean;
  /** Wall-clock milliseconds after which this flag counts no more, and the stage of routes.yaml does. */
  readonly untilMs?: number;
  /** Clients, by their sticky keys, whose side is set whatever the stage. */
  readonly testers?: ReadonlyMap<string, Side>;
  /** The first that matches a request decides for it. */
  readonly rules?: readonly FlagRule[];
}

/** One validated version of all flags. Immutable: a request keeps the snapshot it began with. */
export interface FlagSnapshot {
  /** What operators quote and flips are based on; "none" when no flag was ever seen. */
  readonly version: string;
  readonly routes: ReadonlyMap<string, RouteFlag>;
  /** The emergency stop: everything goes to legacy, whatever the stages say. */
  readonly killed: boolean;
  /** True when this gateway's own kill file is part of it. */
  readonly stoppedHere?: boolean;
  /** Redraws who is in a canary; empty unless set. */
  readonly salt?: string;
}

export const NO_FLAGS: FlagSnapshot = { version: "none", routes: new Map(), killed: false };

/** How fresh and how trustworthy the newest snapshot is. */
export interface FlagHealth {
  /** False when the last attempt to read failed and an older snapshot (or none) is in use. */
  readonly fresh: boolean;
  /** Wall-clock milliseconds of the last successful read; null before the first. */
  readonly lastReadAt: number | null;
  /** What went wrong, in words that say what to do; null when fresh. */
  readonly problem: string | null;
}

/** The newest good snapshot. Synchronous: no request ever waits for a flag. */
export interface FlagSource {
  current(): FlagSnapshot;
  health(): FlagHealth;
  /** Resolves once the first read was tried; a failed read is health, not an exception. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

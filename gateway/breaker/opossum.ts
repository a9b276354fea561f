import { EventEmitter } from "node:events";
import CircuitBreaker from "opossum";
import type { Clock } from "../clock.ts";
import type { BreakerSettings } from "../routes/route.ts";
import type { AdmittedCall, Breaker, BreakerState } from "./breaker.ts";

const WINDOW_PARTS = 10;

export interface OpossumBreakerOptions {
  readonly clock: Clock;
  readonly onChange?: (state: BreakerState) => void;
}

/** A breaker on opossum: its counting, its states, its reset timer. `stop` leaves no timer behind. */
export function opossumBreaker(
  name: string,
  settings: BreakerSettings,
  options: OpossumBreakerOptions,
): Breaker & { stop(): void } {
  return new OpossumBreaker(name, settings, options);
}

/**
 * opossum wraps calls; the gateway's calls only report how they went. So a call is fired when it is over, as an action
 * whose outcome is known: then opossum counts finished calls only, and one that says nothing never reached it. A
 * failure is thrown rather than rejected, because opossum handles a throw before `fire` returns.
 */
class OpossumBreaker implements Breaker {
  readonly #circuit: CircuitBreaker<[boolean], void>;
  readonly #window: RollingWindow;
  readonly #slowCallMs: number;
  /** Counts state changes: a call admitted before the last one is no news about the state after it. */
  #era = 0;
  #probing = false;

  constructor(name: string, settings: BreakerSettings, { clock, onChange }: OpossumBreakerOptions) {
    this.#slowCallMs = settings.slowCallMs ?? Infinity;
    this.#window = new RollingWindow(settings.windowMs, clock);
    this.#circuit = new CircuitBreaker(outcome, {
      name,
      timeout: false,
      // opossum opens above its threshold; ours is the share that opens.
      errorThresholdPercentage: settings.errorPercent - 1e-9,
      volumeThreshold: settings.minimumCalls,
      resetTimeout: settings.openMs,
      rollingCountTimeout: settings.windowMs,
      rollingCountBuckets: WINDOW_PARTS,
      rotateBucketController: this.#window.rotations,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    });
    const changed = () => {
      this.#era += 1;
      this.#probing = false;
      onChange?.(this.state);
    };
    this.#circuit.on("open", changed).on("halfOpen", changed).on("close", changed);
  }

  get state(): BreakerState {
    if (this.#circuit.opened) return "open";
    return this.#circuit.halfOpen ? "half-open" : "closed";
  }

  admit(): AdmittedCall | null {
    if (this.#circuit.opened || this.#probing) return null;
    this.#probing = this.#circuit.halfOpen;
    const era = this.#era;
    return {
      succeeded: (durationMs) => this.#finished(era, durationMs <= this.#slowCallMs),
      failed: () => this.#finished(era, false),
      ignored: () => {
        // The next call is the probe then.
        if (era === this.#era) this.#probing = false;
      },
    };
  }

  stop(): void {
    this.#circuit.shutdown();
    this.#era += 1;
    this.#probing = false;
  }

  #finished(era: number, success: boolean): void {
    if (era !== this.#era) return;
    this.#window.advance();
    this.#circuit.fire(success).catch(() => undefined);
    if (success && this.#probing) {
      // opossum would close a few microtasks later, and still hold the failures that opened it against what follows.
      this.#circuit.close();
      this.#window.clear();
    }
  }
}

function outcome(success: boolean): Promise<void> {
  if (success) return DONE;
  throw FAILED;
}

const DONE = Promise.resolve();
/** One for all: its stack would say nothing, and making one costs more than the rest of a call. */
const FAILED = new Error("the upstream failed");

/** Moves opossum's window on when it is used, by the gateway's own clock: no timer for each breaker. */
class RollingWindow {
  readonly rotations = new EventEmitter();
  readonly #partMs: number;
  readonly #clock: Clock;
  #part: number;

  constructor(windowMs: number, clock: Clock) {
    this.#partMs = windowMs / WINDOW_PARTS;
    this.#clock = clock;
    this.#part = this.#currentPart();
  }

  advance(): void {
    const part = this.#currentPart();
    this.#rotate(Math.min(part - this.#part, WINDOW_PARTS));
    this.#part = part;
  }

  clear(): void {
    this.#rotate(WINDOW_PARTS);
  }

  #rotate(times: number): void {
    for (let i = 0; i < times; i++) this.rotations.emit("rotate");
  }

  #currentPart(): number {
    return Math.floor(this.#clock.elapsed() / this.#partMs);
  }
}

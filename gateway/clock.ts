/** Time, as a port: nothing below the composition root reads the system's clock itself. */
export interface Clock {
  /** Wall-clock milliseconds since the epoch; only for timestamps that people read. */
  now(): number;
  /** Monotonic milliseconds; the only thing that durations and deadlines are computed from. */
  elapsed(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
};

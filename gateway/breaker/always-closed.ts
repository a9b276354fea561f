import type { AdmittedCall, Breaker } from "./breaker.ts";

const CALL: AdmittedCall = { succeeded: () => undefined, failed: () => undefined, ignored: () => undefined };

/** A breaker that admits everything: for routes that want none, and for those no longer configured. */
export const alwaysClosed: Breaker & { stop(): void } = {
  state: "closed",
  admit: () => CALL,
  stop: () => undefined,
};

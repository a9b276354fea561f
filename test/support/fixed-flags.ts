import {
  NO_FLAGS,
  type FlagHealth,
  type FlagSnapshot,
  type FlagSource,
} from "../../gateway/flags/flag-source.ts";

export interface FixedFlags extends FlagSource {
  /** What is current from now on. */
  set(snapshot: FlagSnapshot): void;
  /** The source cannot be read from now on. */
  fail(problem: string): void;
}

/** Flags that change when a test says so. */
export function fixedFlags(initial: FlagSnapshot = NO_FLAGS): FixedFlags {
  let published: FlagSnapshot | string = initial;
  let snapshot = NO_FLAGS;
  let health: FlagHealth = { fresh: false, lastReadAt: null, problem: "not started" };
  let reading = false;

  function read(): void {
    if (!reading) return;
    if (typeof published === "string") {
      health = { ...health, fresh: false, problem: published };
      return;
    }
    snapshot = published;
    health = { fresh: true, lastReadAt: Date.now(), problem: null };
  }
  function publish(next: FlagSnapshot | string): void {
    published = next;
    read();
  }

  return {
    current: () => snapshot,
    health: () => health,
    async start() {
      reading = true;
      read();
    },
    async stop() {
      reading = false;
    },
    set: publish,
    fail: publish,
  };
}

import type { Clock } from "../clock.ts";
import { SettingsError } from "../config/env.ts";
import { parseFlags } from "./document.ts";
import type { FlagSnapshot, FlagSource } from "./flag-source.ts";

export interface EnvironmentFlagsOptions {
  readonly clock: Clock;
  /** The flags are in use: said once, at the start. */
  readonly onChange?: (snapshot: FlagSnapshot) => void;
}

/**
 * Flags that the variable BANYAN_FLAGS holds, as YAML or JSON: for a laptop, for CI, or to redeploy a gateway with
 * other flags when their usual place cannot be changed. Null when it is not set or empty. They never change, so what is
 * wrong with them stops the start: throws a SettingsError that names all of it.
 */
export function environmentFlags(
  text: string | undefined,
  { clock, onChange }: EnvironmentFlagsOptions,
): FlagSource | null {
  if (text === undefined || text.trim() === "") return null;
  const parsed = parseFlags(text);
  if (!parsed.ok) {
    const problems = parsed.problems.map((problem) => `BANYAN_FLAGS:${problem}`);
    throw new SettingsError([...problems, "write a whole flag document into BANYAN_FLAGS, or unset it"]);
  }
  const { snapshot } = parsed;
  const health = { fresh: true, lastReadAt: clock.now(), problem: null };
  let isStarted = false;
  return {
    current: () => snapshot,
    health: () => health,
    async start() {
      if (isStarted) return;
      isStarted = true;
      onChange?.(snapshot);
    },
    stop: () => Promise.resolve(),
  };
}

import type { Payload } from "../../gateway/routes/function-target.ts";
import { ADAPTER_FAULTS } from "./adapter-faults.ts";
import type { AdapterName } from "./adapters.ts";
import { FORMAT_LIMITS } from "./format-limits.ts";
import type { Known } from "./known.ts";

/** All that is known. An entry that no longer differs fails the tests. */
export const KNOWN: readonly Known[] = [...FORMAT_LIMITS, ...ADAPTER_FAULTS];

/** What differs for one adapter in one format, by request. */
export function knownOf(adapter: AdapterName, format: Payload): Record<string, string[]> {
  const known: Record<string, string[]> = {};
  for (const { where } of KNOWN.filter(({ adapters }) => adapters.includes(adapter))) {
    for (const { requests, differs } of where.filter(({ formats }) => formats.includes(format))) {
      for (const name of requests) known[name] = [...(known[name] ?? []), ...differs].sort();
    }
  }
  return known;
}

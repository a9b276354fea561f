import type { FunctionTarget } from "../routes/function-target.ts";
import { costOf, monthlyCost } from "./cost.ts";
import type { InvocationSummary } from "./invocations.ts";
import { pricesFor, type Prices } from "./prices.ts";

/** What Lambda costs where the functions run. */
export interface RegionPrices {
  readonly region: string;
  readonly prices: Prices;
}

/** What a route's function would cost if it answered all of the route's traffic; in USD, on demand. */
export interface RouteCost {
  readonly usdPerMonth: number;
  readonly usdPerMillionRequests: number;
  /** The rate that the month is projected from. */
  readonly requestsPerMinute: number;
  readonly region: string;
  readonly priceDate: string;
}

/** The cost by what was observed of a route; null while nothing was sampled, and where Lambda does not run it. */
export function routeCost(
  target: FunctionTarget,
  { perMinute, invocations }: { readonly perMinute: number; readonly invocations: InvocationSummary },
  { region, prices }: RegionPrices,
): RouteCost | null {
  const { meanBilledMs, memory } = invocations;
  if (target.kind !== "lambda" || meanBilledMs === null || memory === null) return null;
  const price = pricesFor(prices, region, target.architecture);
  const memoryMb = memory.sizeMb;
  const million = 1_000_000;
  return {
    usdPerMonth: monthlyCost({ requestsPerMinute: perMinute, meanBilledMs, memoryMb, price }),
    usdPerMillionRequests: costOf({ requests: million, billedMs: million * meanBilledMs, memoryMb }, price),
    requestsPerMinute: perMinute,
    region: price.region,
    priceDate: prices.date,
  };
}

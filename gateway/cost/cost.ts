import type { Price } from "./prices.ts";

/** What was used, and is paid for. */
export interface Usage {
  readonly requests: number;
  /** Of all these requests together, as the reports say. */
  readonly billedMs: number;
  /** What the function is given, used or not. */
  readonly memoryMb: number;
}

/** What a route would use if the function answered all of it. */
export interface MonthlyUsage {
  readonly requestsPerMinute: number;
  /** Of one request. */
  readonly meanBilledMs: number;
  readonly memoryMb: number;
  readonly price: Pick<Price, "usdPerMillionRequests" | "usdPerGbSecond">;
}

/** A GB of memory is 1,024 MB: https://aws.amazon.com/lambda/pricing/ */
const MB_PER_GB = 1024;
/** A year's hours by twelve, as AWS's own calculator counts a month: https://calculator.aws/ */
const MINUTES_PER_MONTH = 730 * 60;

/** What a usage costs, in USD, on demand in the first tier; free tier, data transfer and storage are left out. */
export function costOf(usage: Usage, price: MonthlyUsage["price"]): number {
  const gbSeconds = (usage.billedMs / 1000) * (usage.memoryMb / MB_PER_GB);
  return (usage.requests / 1_000_000) * price.usdPerMillionRequests + gbSeconds * price.usdPerGbSecond;
}

/** What a route's whole traffic would cost a month (730 hours), in USD. */
export function monthlyCost({ requestsPerMinute, meanBilledMs, memoryMb, price }: MonthlyUsage): number {
  const requests = requestsPerMinute * MINUTES_PER_MONTH;
  return costOf({ requests, billedMs: requests * meanBilledMs, memoryMb }, price);
}

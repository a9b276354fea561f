import { z } from "zod";
import type { Architecture } from "../routes/function-target.ts";
import builtIn from "./prices.json" with { type: "json" };

const usd = z.number().nonnegative();

const regionPrices = z.strictObject({
  usdPerMillionRequests: usd,
  usdPerGbSecond: z.strictObject({ x86_64: usd, arm64: usd } satisfies Record<Architecture, unknown>),
});

const priceFile = z.strictObject({
  /** Optional: editors look for it. */
  $schema: z.string().optional(),
  date: z.iso.date(),
  source: z.url(),
  regions: z.object({ default: regionPrices }).catchall(regionPrices),
});

/** What Lambda costs on demand, first tier, by region; with the day and the page it is from. */
export type Prices = z.infer<typeof priceFile>;

/** The price of one function. */
export interface Price {
  readonly usdPerMillionRequests: number;
  readonly usdPerGbSecond: number;
  /** Whose prices these are; `default` for a region that the file does not list. */
  readonly region: string;
}

/** The prices that come with Banyan. */
export const builtInPrices: Prices = priceFile.parse(builtIn);

/** Reads a price file; every problem in one text when it is not one. */
export function parsePrices(text: string): Prices | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `the prices are not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = priceFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`);
  return { problem: `${problems.join("; ")} (write it like gateway/cost/prices.json)` };
}

/** A region's price for an architecture, or the default's where the region is not listed. */
export function pricesFor({ regions }: Prices, region: string, architecture: Architecture): Price {
  const listed = Object.hasOwn(regions, region) ? region : "default";
  const { usdPerMillionRequests, usdPerGbSecond } = regions[listed]!;
  return { usdPerMillionRequests, usdPerGbSecond: usdPerGbSecond[architecture], region: listed };
}

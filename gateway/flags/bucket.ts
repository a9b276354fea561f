import { murmur3 } from "./murmur3.ts";

/** How finely clients are spread: one bucket is 0.001 %. */
export const BUCKETS = 100_000;

/**
 * Where a client falls, 0–99,999: the same for every route of a group, on every gateway, in every release.
 *
 * The formula is that of flagd's `fractional`: murmur3 x86 32-bit with seed 0 over the strings joined without a
 * separator, mapped by multiply-high, so that `fractional` over `{"cat": [group, salt, key]}` splits clients alike.
 * Source: open-feature/flagd, docs/architecture-decisions/high-precision-fractional-bucketing.md
 */
export function bucketOf(group: string, salt: string, key: string): number {
  const text = group + salt + key;
  const hash = writeAscii(text) ? murmur3(SCRATCH, 0, text.length) : murmur3(Buffer.from(text, "utf8"));
  // Exact in doubles: the product stays under 2^49, and dividing by a power of two loses nothing.
  return Math.floor((hash * BUCKETS) / 2 ** 32);
}

/** Where keys are put to be hashed: a Buffer for each request would cost more than the hash. */
const SCRATCH = new Uint8Array(256);

/** False for what is no ASCII, or too long. */
function writeAscii(text: string): boolean {
  if (text.length > SCRATCH.length) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    SCRATCH[i] = code;
  }
  return true;
}

/** How many buckets a percentage holds, as an integer: 0.001 % is 1 and 100 % is all of them. */
export function bucketsIn(percent: number): number {
  return Math.round(percent * (BUCKETS / 100));
}

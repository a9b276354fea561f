/** A JSON number by its exact value: `digits` × 10^`exponent`, digits without zeros at either end; zero is "0" × 10^0. */
export interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly exponent: bigint;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Digits of an exponent that are understood. What has more counts as it is written. */
const MAX_EXPONENT_DIGITS = 1_000;

/** Places between the highest and the lowest digit over which a sum is still taken. */
const MAX_SPREAD = 10_000n;

/** Reads the source text of a number, or null when it is none or its exponent is absurd. */
export function parseDecimal(source: string): Decimal | null {
  const [, sign, whole, fraction = "", exponent = "0"] = NUMBER.exec(source) ?? [];
  if (whole === undefined || exponent.length > MAX_EXPONENT_DIGITS) return null;
  const all = whole + fraction;
  const first = firstNonZero(all);
  if (first === all.length) return { isNegative: false, digits: "0", exponent: 0n };
  const end = endOfNonZero(all);
  return {
    isNegative: sign === "-",
    digits: all.slice(first, end),
    exponent: BigInt(exponent) - BigInt(fraction.length) + BigInt(all.length - end),
  };
}

function firstNonZero(digits: string): number {
  let at = 0;
  while (digits.charCodeAt(at) === 0x30) at += 1;
  return at;
}

// A regular expression for zeros at the end would take quadratic time on 000…01.
function endOfNonZero(digits: string): number {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return end;
}

/** One text for each value: two numbers have the same exactly when they are equal. */
export function canonicalNumber(source: string): string {
  // Whole numbers without an exponent have one spelling in JSON, but for -0.
  if (!/[.eE]/.test(source)) return canonicalWhole(source);
  const decimal = parseDecimal(source);
  if (decimal === null) return `as written ${source}`;
  const { isNegative, digits, exponent } = decimal;
  return `${isNegative ? "-" : ""}${digits}e${exponent}`;
}

function canonicalWhole(source: string): string {
  const end = endOfNonZero(source);
  const zeros = source.length - end;
  return end === 0 || source === "-0" ? "0e0" : `${source.slice(0, end)}e${zeros}`;
}

/** True when two numbers are no further apart than `within`. Exact: no double is involved. */
export function isWithin(a: Decimal, b: Decimal, within: Decimal): boolean {
  const all = [a, b, within];
  const lowest = all.map(({ exponent }) => exponent).reduce((x, y) => (x < y ? x : y));
  const isTooWide = all.some(
    ({ digits, exponent }) => exponent - lowest + BigInt(digits.length) > MAX_SPREAD,
  );
  if (isTooWide) return false;
  const scaled = ({ isNegative, digits, exponent }: Decimal) =>
    BigInt(digits) * 10n ** (exponent - lowest) * (isNegative ? -1n : 1n);
  const apart = scaled(a) - scaled(b);
  return (apart < 0n ? -apart : apart) <= scaled(within);
}

/** True when a number's value is whole: `1.0` and `10e-1` are. */
export function isWhole({ exponent }: Decimal): boolean {
  return exponent >= 0n;
}

export const CURRENCY = "EUR";

/** Cents as the number callers see: 1250 is 12.5. */
export function decimal(cents: number): number {
  return cents / 100;
}

/** Cents as people and files write them: 1250 is "12.50". */
export function decimalText(cents: number): string {
  return decimal(cents).toFixed(2);
}

/** What is left of an amount after a discount, which is rounded half up to whole cents. */
export function discounted(cents: number, percent: number): number {
  return cents - Math.floor((cents * percent + 50) / 100);
}

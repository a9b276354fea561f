import { isWithin, parseDecimal } from "./decimal.ts";
import { parseInstant } from "./instant.ts";

/** Two answers to one request are made a moment apart, and what they date from their own now is too. */
const MOMENT = parseDecimal("2")!;

/** True when both are dates and no more than 2 s apart. */
export function areNearDates(a: string, b: string): boolean {
  const [first, second] = [parseInstant(a), parseInstant(b)];
  return first !== null && second !== null && isWithin(first.seconds, second.seconds, MOMENT);
}

import { InvalidArgumentError } from "commander";

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `24h`, or a moment in ISO 8601; in wall-clock milliseconds. */
export function sinceArgument(text: string): number {
  const [, number, unit = ""] = /^([0-9]{1,6})([mhd])$/.exec(text) ?? [];
  if (number !== undefined) return Date.now() - Number(number) * UNITS_MS[unit]!;
  const at = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError(
    "Write how long ago, such as 30m, 24h or 7d, or a time such as 2027-01-31T12:00:00Z.",
  );
}

/** Numbers as people write them. A bound is never rounded to the better side. */

const grouped = new Intl.NumberFormat("en-US");
const precise = new Intl.NumberFormat("en-US", { maximumFractionDigits: 10 });

/** "12,480". */
export const count = (n: number) => grouped.format(n);

/** "12,480 pairs", "1 pair". */
export const counted = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** A share in percent: "0.16 %". */
export const percent = (share: number) => `${rounded(share * 100, Math.round)} %`;

/** The same of what it is at most, rounded up, and of what it is at least, rounded down. */
export const percentAtMost = (share: number) => `${rounded(share * 100, Math.ceil)} %`;
export const percentAtLeast = (share: number) => `${rounded(share * 100, Math.floor)} %`;

/** Two digits of it; all of what is before the point. */
function rounded(value: number, round: (n: number) => number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value))));
  const scale = 10 ** digits;
  // What is a whole number of steps but for the last bit stays that.
  return precise.format(round(Number((value * scale).toPrecision(12))) / scale);
}

/** A share that somebody set, as it was written: "0.125 %". */
export const exactly = (share: number) => `${precise.format(Number((share * 100).toPrecision(8)))} %`;

/** "142 ms", "1.4 s". */
export const milliseconds = (ms: number) =>
  ms < 1_000 ? `${rounded(ms, Math.round)} ms` : `${rounded(ms / 1_000, Math.round)} s`;

const UNITS = [
  { ms: 86_400_000, noun: "day" },
  { ms: 3_600_000, noun: "hour" },
  { ms: 60_000, noun: "minute" },
  { ms: 1_000, noun: "second" },
] as const;

/** "6 hours", "40 minutes": in the largest unit of which there are two, rounded up. */
export function span(ms: number): string {
  const unit = UNITS.find((one) => ms >= 2 * one.ms) ?? UNITS[3];
  return counted(Math.max(1, Math.ceil(ms / unit.ms)), unit.noun);
}

/** Characters of a place; names of members are anything. */
const MAX_PLACE = 100;

/** A few places, and how many more there are. */
export function places(all: readonly string[]): string {
  const shown = all.slice(0, 3).map((at) => (at.length <= MAX_PLACE ? at : `${at.slice(0, MAX_PLACE - 1)}…`));
  return `${shown.join(", ")}${all.length > 3 ? ` and ${count(all.length - 3)} more` : ""}`;
}

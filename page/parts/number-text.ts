/** Numbers as people read them, short enough for a table. */

/** 12480 as "12,480". */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** A share of 0 to 100: "0 %", "0.02 %", "2.1 %", "25 %"; what is not quite 100 never looks like it. */
export function percent(value: number): string {
  const digits =
    value === 0 || value === 100 ? 0 : value < 0.1 || value > 99.9 ? 3 : value < 10 || value > 90 ? 2 : 1;
  return `${Number(Math.min(value, value < 100 ? 99.999 : 100).toFixed(digits))} %`;
}

/** "0.8 ms", "12 ms", "1.4 s"; "–" for null. */
export function milliseconds(value: number | null): string {
  if (value === null) return "–";
  if (value >= 9_950) return `${Math.round(value / 1000)} s`;
  if (value >= 995) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 9.95 ? Math.round(value) : value.toFixed(1)} ms`;
}

/** Requests a minute: "0", "0.4", "120". */
export function rate(perMinute: number): string {
  return perMinute > 0 && perMinute < 10 ? perMinute.toFixed(1) : count(perMinute);
}

/** "$0.42", "$0.0004". */
export function dollars(usd: number): string {
  if (usd >= 0.995 || usd === 0) return `$${usd.toFixed(2)}`;
  return `$${Number(usd.toPrecision(2))}`;
}

const SPANS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** How long ago: "12 s ago", "3 h ago". Times are wall-clock milliseconds. */
export function ago(at: number, now: number): string {
  const span = SPANS.find(([length]) => now - at >= length);
  return span === undefined ? "just now" : `${Math.floor((now - at) / span[0])} ${span[1]} ago`;
}

/** "2026-11-21 14:26:03 UTC". Times are ISO 8601. */
export function instant(at: string): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}

/** Wall-clock seconds as "14:26:03", in the time zone of whoever looks. */
export function timeOfDay(at: number): string {
  return new Date(at * 1000).toTimeString().slice(0, 8);
}

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const LONGEST_MS = 24 * UNITS_MS.h;

export const DURATION = /^[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h)$/;

/** Milliseconds of `250ms`, `3s`, `1.5m`; null when the text is no duration of 1 ms to 24 h. */
export function durationMs(text: string): number | null {
  if (text.length > 16 || !DURATION.test(text)) return null;
  const unitMs = new Map(Object.entries(UNITS_MS)).get(text.replace(/^[0-9.]+/, "")) ?? Number.NaN;
  const ms = Math.round(Number.parseFloat(text) * unitMs);
  return ms >= 1 && ms <= LONGEST_MS ? ms : null;
}

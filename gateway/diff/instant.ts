import { type Decimal, parseDecimal } from "./decimal.ts";

/** A point in time as it was written: exact, in seconds since the epoch. */
export interface Instant {
  readonly seconds: Decimal;
  /** False when no zone is given: then it can be told from other such times only. */
  readonly isZoned: boolean;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** RFC 3339, and what ISO 8601 and databases make of it: a space for the T, a comma, no colon in the zone, no zone. */
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,50}))?)? ?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;

/** RFC 9110 §5.6.7 (IMF-fixdate), RFC 5322 §3.3, and the dashes that cookies still have. */
const MAIL_DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2})[ -](Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ -](\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC?|[+-]\d{4})$/;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** True for a calendar day that exists: `2024-02-29`. */
export function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  return year !== undefined && daySeconds(Number(year), Number(month), Number(day)) !== null;
}

/** The point in time that a text names, or null when it names none. */
export function parseInstant(text: string): Instant | null {
  return fromDateTime(text) ?? fromMailDate(text);
}

function fromDateTime(text: string): Instant | null {
  const [, date, hour, minute, second = "0", fraction = "0", zone] = DATE_TIME.exec(text) ?? [];
  if (date === undefined) return null;
  const [year, month, day] = date.split("-").map(Number);
  const start = daySeconds(year!, month!, day!);
  const within = clockSeconds(Number(hour), Number(minute), Number(second));
  const offset = offsetSeconds(zone);
  if (start === null || within === null || offset === null) return null;
  return instantOf(start + within - offset, fraction, zone !== undefined);
}

function fromMailDate(text: string): Instant | null {
  const [, day, month, year, hour, minute, second, zone] = MAIL_DATE.exec(text) ?? [];
  if (month === undefined) return null;
  const start = daySeconds(Number(year), MONTHS.indexOf(month) + 1, Number(day));
  const within = clockSeconds(Number(hour), Number(minute), Number(second));
  const offset = offsetSeconds(zone);
  if (start === null || within === null || offset === null) return null;
  return instantOf(start + within - offset, "0", true);
}

function instantOf(seconds: number, fraction: string, isZoned: boolean): Instant {
  // Before 1970 the fraction counts against the sign, so it is added as a number of its own scale.
  const scale = 10n ** BigInt(fraction.length);
  const exact = BigInt(seconds) * scale + BigInt(fraction);
  return { seconds: parseDecimal(`${exact}e-${fraction.length}`)!, isZoned };
}

function daySeconds(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.getTime() / 1000 : null;
}

/** A leap second is second 60. */
function clockSeconds(hour: number, minute: number, second: number): number | null {
  return hour < 24 && minute < 60 && second <= 60 ? hour * 3600 + minute * 60 + second : null;
}

function offsetSeconds(zone: string | undefined): number | null {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "") ?? [];
  if (sign === undefined) return 0;
  const seconds = clockSeconds(Number(hours), Number(minutes), 0);
  if (seconds === null) return null;
  return sign === "-" ? -seconds : seconds;
}

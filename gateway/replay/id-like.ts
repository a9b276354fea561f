const LONGEST = 4096;
const TOKEN_CHARACTERS = /^[\w.~:+/=-]+$/;
const REDACTED = /^redacted:[a-z2-7]{12}$/;
const DATE_OR_TIME = /^\d{4}-\d{2}-\d{2}|^\d{1,2}:\d{2}/;
/** Amounts, versions, addresses: nothing but digits and what separates them. */
const DIGITS_APART = /^[\d.:+/=_-]+$/;
/** Digits in groups may be an order's number, but not in the way that amounts are written. */
const SERIAL = /^[1-9]\d{2,18}$/;
const NAMES_OF_SERIALS: ReadonlySet<string> = new Set([
  "id",
  "ids",
  "uid",
  "pk",
  "no",
  "nr",
  "number",
  "key",
  "ref",
  "reference",
  "code",
  "token",
]);

/**
 * True for text that somebody made up to name one thing: a UUID, `ord_8fK2`, `A-1042`, a token. It has letters and a digit,
 * at least 4 characters and no space, and is no date. Words are no ids, and neither is `12.50`.
 */
export function isToken(text: string): boolean {
  if (text.length < 4 || text.length > LONGEST) return false;
  if (REDACTED.test(text)) return true;
  return (
    /\d/.test(text) && TOKEN_CHARACTERS.test(text) && !DIGITS_APART.test(text) && !DATE_OR_TIME.test(text)
  );
}

/**
 * True for the number of a thing: an integer of at least 3 digits, as `1` and `20` are quantities and pages as well. Whoever
 * asks has to know from elsewhere that it names something: 1500 may be a price.
 */
export function isSerial(text: string): boolean {
  return SERIAL.test(text);
}

/** True for names of members that hold numbers of things: `id`, `orderId`, `order_no`. */
export function namesSerials(member: string): boolean {
  const words = member
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return NAMES_OF_SERIALS.has(words.at(-1)!);
}

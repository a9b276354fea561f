const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the white space from a position on is over. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); isSpace(code); code = text.charCodeAt(at)) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code <= 0x20 && (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09);
}

/** Where a string, number or literal that begins at a position ends, or -1 when it is none (RFC 8259). */
export function endOfScalar(text: string, at: number, first: number): number {
  switch (first) {
    case QUOTE:
      return endOfString(text, at);
    case 0x74:
      return text.startsWith("true", at) ? at + 4 : -1;
    case 0x66:
      return text.startsWith("false", at) ? at + 5 : -1;
    case 0x6e:
      return text.startsWith("null", at) ? at + 4 : -1;
    default:
      return endOfNumber(text, at);
  }
}

/** Where a string ends, or -1 when it is none. */
export function endOfString(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) {
      const escape = text.charCodeAt(at + 1);
      at += escape === 0x75 ? 5 : 1;
      if (escape === 0x75 ? !areHex(text, at - 3) : !isEscape(escape)) return -1;
    } else if (!(code >= 0x20)) {
      // A control character, or NaN: the text is over.
      return -1;
    }
  }
}

function isEscape(code: number): boolean {
  return '"\\/bfnrt'.includes(String.fromCharCode(code));
}

function areHex(text: string, at: number): boolean {
  return /^[0-9a-fA-F]{4}$/.test(text.slice(at, at + 4));
}

function endOfNumber(text: string, from: number): number {
  let at = text.charCodeAt(from) === 0x2d ? from + 1 : from;
  const whole = skipDigits(text, at);
  if (whole === at || (text.charCodeAt(at) === 0x30 && whole !== at + 1)) return -1;
  at = whole;
  if (text.charCodeAt(at) === 0x2e) {
    const fraction = skipDigits(text, at + 1);
    if (fraction === at + 1) return -1;
    at = fraction;
  }
  const e = text.charCodeAt(at);
  if (e !== 0x65 && e !== 0x45) return at;
  const sign = text.charCodeAt(at + 1);
  const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  const exponent = skipDigits(text, digits);
  return exponent === digits ? -1 : exponent;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at += 1;
  return at;
}

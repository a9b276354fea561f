/** What gives a secret away by its own look, wherever it stands: where it begins and ends in a text. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

type Detector = (text: string) => Found[];

/** Each match, or the named group `secret` of it; `within` may say that only a part of it is one. */
function pattern(regex: RegExp, within: (text: string) => number = (text) => text.length): Detector {
  return (text) => {
    const found: Found[] = [];
    for (const match of text.matchAll(regex)) {
      const secret = match.groups?.["secret"] ?? match[0];
      const start = match.index + match[0].indexOf(secret);
      const length = within(secret);
      if (length > 0) found.push({ start, end: start + length });
    }
    return found;
  };
}

const DETECTORS: readonly Detector[] = [
  // Keys as PEM (RFC 7468), cut ones too.
  pattern(/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g),
  // JWTs (RFC 7519): a JSON object in base64url begins with eyJ.
  pattern(/(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g),
  // Credentials behind their scheme (RFC 9110 §11.4). A digit or `=` tells them from prose.
  pattern(/\b(?:Bearer|Basic|Negotiate|ApiKey|Token)\s+(?<secret>(?=\S*[\d=])[\w.~+/=-]{6,})/gi),
  // Tokens with a prefix that their issuers chose so that they can be found.
  pattern(
    /(?<!\w)(?:(?:AKIA|ASIA)[A-Z\d]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|xox[abeoprs]-[\w-]{10,}|[sr]k_(?:live|test)_\w{10,}|sk-[\w-]{20,}|whsec_\w{16,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|npm_\w{30,}|dop_v1_\w{30,}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
  ),
  // The password of a URL's user (RFC 3986 §3.2.1).
  pattern(/:\/\/[^\s/:@"'<>]{0,100}:(?<secret>[^\s/@"'<>]{1,200})@/g),
  pattern(/(?<![\d.])[2-6]\d{3}(?:[ -]?\d){8,15}(?!\d)/g, (text) => (isCardNumber(text) ? text.length : 0)),
  pattern(/(?<![A-Za-z\d])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?/g, ibanLength),
  pattern(/[^\s"'<>()[\]{},;:=&?/\\@|]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,8}/gu),
];

/** All secrets that give themselves away, in order, none inside another. */
export function findSecrets(text: string): Found[] {
  const all = DETECTORS.flatMap((detect) => detect(text)).sort((a, b) => a.start - b.start || b.end - a.end);
  let end = 0;
  return all.filter((found) => {
    const isFree = found.start >= end;
    if (isFree) end = found.end;
    return isFree;
  });
}

/** First digits that networks give out (ISO/IEC 7812), with the number of digits that belong to them. */
const NETWORKS =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

/** True for a card number: digits of a network with the check digit of H. P. Luhn (ISO/IEC 7812-1, annex B). */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, "");
  if (!NETWORKS.test(digits)) return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((sum, digit, n) => {
      const value = Number(digit) * (n % 2 === 0 ? 1 : 2);
      return sum + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

/** Characters from the start that are an IBAN (ISO 13616), 0 when there is none: what follows may look like more of it. */
function ibanLength(text: string): number {
  for (let length = Math.min(text.length, 42); length >= 15; length--) {
    const iban = text.slice(0, length).replaceAll(" ", "");
    if (iban.length >= 15 && iban.length <= 34 && text[length - 1] !== " " && hasCheckDigits(iban))
      return length;
  }
  return 0;
}

function hasCheckDigits(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const char of moved) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

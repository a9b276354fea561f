import { findSecrets } from "./redact-detectors.ts";
import { SENSITIVE_HINT } from "./redact-names.ts";
import type { Vault } from "./redact-vault.ts";

/** What is needed to tell secrets in text. */
export interface TextTerms {
  readonly vault: Vault;
  readonly isSensitive: (name: string) => boolean;
}

/** Layers of encoding that are looked under: base64 in base64, `%2525`. */
const MAX_LAYERS = 4;

/**
 * A text in which tokens stand for secrets: what looks like one, what stands behind the name of one, and what is known to be
 * one from elsewhere. What hides one under an encoding becomes a token as a whole.
 */
export function redactText(text: string, terms: TextTerms, layer = 0): string {
  if (text === "") return text;
  let redacted = replaceFound(text, terms);
  redacted = replaceNamed(redacted, terms);
  if (redacted.includes("<")) redacted = replaceInMarkup(redacted, terms);
  redacted = terms.vault.replaceKnown(redacted);
  return layer < MAX_LAYERS ? replaceEncoded(redacted, terms, layer + 1) : redacted;
}

function replaceFound(text: string, { vault }: TextTerms): string {
  let done = 0;
  let redacted = "";
  for (const { start, end } of findSecrets(text)) {
    redacted += text.slice(done, start) + vault.token(text.slice(start, end));
    done = end;
  }
  return redacted + text.slice(done);
}

/**
 * `password=x`, `"pin": 1`, `api-key: x`, `token 'x'`, `secret is x`; quotes may be escaped any number of times. The hint
 * keeps this from looking at each word, the name is judged after.
 */
const NAMED = new RegExp(
  String.raw`(?<before>(?<![\w.-])(?<name>[\w.-]{0,40}?(?:${SENSITIVE_HINT})[\w.-]{0,40}(?:\[[\w.-]{0,40}\]){0,4})` +
    String.raw`(?:\\*["'])?(?:\s{0,8}(?:=>?|:)\s{0,8}|\s{1,8}(?:is\s{1,8}|(?=\\*["'])))(?<quote>\\*["'])?)` +
    String.raw`(?<value>(?<=["'])[\s\S]*?(?=(?<!\\)\k<quote>|$)|(?<!["'])[^\s&;,"'<>)}\]\\]+)`,
  "gi",
);

const SCHEME = /^(?:Bearer|Basic|Digest|Negotiate|ApiKey|Token|null|true|false|undefined|\[|\{)$/i;

function replaceNamed(text: string, { vault, isSensitive }: TextTerms): string {
  return text.replace(NAMED, (_, before: string, name: string, _quote: unknown, value: string) => {
    if (SCHEME.test(value) || !isSensitive(name)) return before + value;
    return before + vault.token(value);
  });
}

/** An element with its attributes and the text behind its start tag, CDATA sections too. */
const ELEMENT =
  /<([\w.:-]{1,100})((?:\s(?:[^<>"']|"[^"]*"|'[^']*')*)?)>(<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|[^<]*)/g;
const NAMING_ATTRIBUTE =
  /\s(?:name|id|property|itemprop|key|autocomplete)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;
const VALUE_ATTRIBUTE = /(\s(?:value|content)\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/gi;

function replaceInMarkup(text: string, { vault, isSensitive }: TextTerms): string {
  return text.replace(ELEMENT, (whole, tag: string, attributes: string, content: string) => {
    const names = [...attributes.matchAll(NAMING_ATTRIBUTE)].map(([, a, b, c]) => a ?? b ?? c ?? "");
    const local = tag.slice(tag.indexOf(":") + 1);
    if (!isSensitive(local) && !names.some(isSensitive)) return whole;
    const shown = attributes.replace(VALUE_ATTRIBUTE, (_, before: string, quoted: string) => {
      const quote = /^["']/.exec(quoted)?.[0] ?? "";
      return before + quote + vault.token(quote === "" ? quoted : quoted.slice(1, -1)) + quote;
    });
    const inside = content.replace(/^<!\[CDATA\[|\]\]>$/g, "");
    return `<${tag}${shown}>${inside.trim() === "" ? content : content.replace(inside.trim(), () => vault.token(inside.trim()))}`;
  });
}

const PERCENT_ENCODED = /[^\s&=?/;,"<>\\]{0,2000}%[\da-f]{2}[^\s&=?/;,"<>\\]*/gi;
const BASE64 = /[A-Za-z\d+/_-]{12,}={0,2}/g;

function replaceEncoded(text: string, terms: TextTerms, layer: number): string {
  const unlessClean = (encoded: string, decoded: string | null) => {
    if (decoded === null || decoded === encoded) return encoded;
    return redactText(decoded, terms, layer) === decoded ? encoded : terms.vault.token(encoded);
  };
  let redacted = text;
  if (text.includes("%"))
    redacted = redacted.replace(PERCENT_ENCODED, (run) => unlessClean(run, percentDecoded(run)));
  return redacted.replace(BASE64, (run) => unlessClean(run, base64Decoded(run)));
}

/** Percent-decoded as forms are (`+` is a space), or null when there is nothing to decode or it is no UTF-8. */
export function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/** The text that is base64 here, or null when it is none: most of what is made of these letters is not. */
function base64Decoded(run: string): string | null {
  // One character of a last, incomplete group holds no byte; what was cut may end in one.
  const text = Buffer.from(run, "base64").toString("utf8");
  const readable = text.replace(/\uFFFD+$/, "");
  return readable.length >= 6 && /^[\t\n\r\x20-\x7e\u00a0-\ufffc\u{10000}-\u{10ffff}]*$/u.test(readable)
    ? readable
    : null;
}

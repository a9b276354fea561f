/** Words that make a name a secret's: `password`, `new_password`, `resetToken`. Plurals are the same word. */
const WORDS = new Set([
  "authorization",
  "bearer",
  "credential",
  "csc",
  "csrf",
  "cvc",
  "cvv",
  "iban",
  "jwt",
  "mnemonic",
  "otp",
  "passcode",
  "passphrase",
  "passwd",
  "password",
  "pin",
  "pwd",
  "secret",
  "sid",
  "ssn",
  "token",
  "totp",
  "xsrf",
]);

/** What makes a name a secret's however its words are joined. */
const COMPOUNDS =
  /passw(?:or)?d|secret|apikey|(?:access|private|signing|encryption|session|account|storage|subscription)key|authtoken|sessionid|sessid|(?:credit|debit)card|card(?:number|num|no)$|ccnumber|security(?:code|number)|(?:verification|recovery|backup)code|passportn|taxid|socialsecurity|signature$/;

/** Last words of names that speak about a secret and hold none: `token_type`, `passwordChangedAt`. */
const ABOUT = new Set([
  "at",
  "count",
  "enabled",
  "endpoint",
  "expires",
  "expiry",
  "in",
  "length",
  "limit",
  "policy",
  "required",
  "scope",
  "ttl",
  "type",
]);

/** Whole names only: these words are too common as part of others. */
const WHOLE = new Set(["auth", "cookie", "pass", "pan", "sig", "session", "key"]);

/** The start of each sensitive name, as a pattern to look for them in text. What it finds is asked about once more. */
export const SENSITIVE_HINT =
  "auth|bearer|cred|cs[cr]|cvc|cvv|iban|jwt|mnemonic|otp|pass|pwd|pin|secret|sid|ssn|tok|xsrf|key|sess|card|cc|code|tax|sig|cookie|pan|security";

/** Tells names of secrets from other names; `more` are an operator's own. */
export function sensitiveNames(
  more: readonly string[],
  harmless: readonly string[],
): (name: string) => boolean {
  const own = new Set(more.map(joined));
  const not = new Set(harmless.map(joined));
  const known = new Map<string, boolean>();
  return (name) => {
    let isSensitive = known.get(name);
    if (isSensitive === undefined) {
      isSensitive = !not.has(joined(name)) && (own.has(joined(name)) || isOneByDefault(name));
      // Names come over the wire: what is remembered of them is bounded.
      if (known.size < 10_000 && name.length < 100) known.set(name, isSensitive);
    }
    return isSensitive;
  };
}

function isOneByDefault(name: string): boolean {
  const words = wordsOf(name);
  if (words.length > 1 && ABOUT.has(words.at(-1)!)) return false;
  const whole = joined(name);
  return WHOLE.has(whole) || COMPOUNDS.test(whole) || words.some((word) => WORDS.has(word));
}

function wordsOf(name: string): string[] {
  return name
    .slice(0, 200)
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, "-")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => (word.length > 3 ? word.replace(/s$/, "") : word))
    .filter((word) => word !== "");
}

const joined = (name: string) => wordsOf(name).join("");

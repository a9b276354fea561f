import { createHmac } from "node:crypto";
import { canonicalNumber } from "./decimal.ts";
import { replaceSpellings, type Spellings, spellingsOf } from "./redact-spellings.ts";

/** Shorter secrets are not looked for elsewhere: too much else would look like them. */
const MIN_KNOWN = 6;

/** Longer ones are not looked for either: what is that long is a document, and not typed anywhere again. */
const MAX_KNOWN_LENGTH = 4_096;

/** Secrets of one sample that are looked for everywhere in it. */
const MAX_KNOWN = 500;

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * Turns secrets into tokens, and knows those of one sample again wherever they turn up in it. A token is a keyed digest, so
 * it is the same for the same secret everywhere and for ever, and says nothing to who has no key: a plain digest of a card
 * number or a PIN is found by trying them all.
 */
export class Vault {
  readonly #key: Buffer;
  readonly #known = new Set<string>();
  readonly #tokens = new Map<string, string>();
  readonly #issued = new Set<string>();
  #spellings: Spellings | null = null;
  #isComplete = false;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** What stands for a secret: `redacted:` and 12 letters. Tokens stand for themselves, and nothing for nothing. */
  token(secret: string): string {
    if (secret === "" || this.#issued.has(secret)) return secret;
    const present = this.#tokens.get(secret);
    if (present !== undefined) return present;
    const token = `redacted:${this.#digest(secret)}`;
    this.#tokens.set(secret, token);
    this.#issued.add(token);
    this.remember(secret);
    return token;
  }

  /** What stands for a number, as JSON: another than for a text of its digits, so that its type can still differ. */
  numberToken(source: string, asWritten: boolean): string {
    const token = this.token(asWritten ? source : plainNumber(source));
    this.remember(source);
    return JSON.stringify(`${token}:number`);
  }

  /** A digest of bytes that are not kept, for telling equal from unequal. */
  digest(bytes: Buffer | string): string {
    return createHmac("sha256", this.#key).update(bytes).digest("hex");
  }

  /** Ends the search: from now on nothing new is looked out for, so that the order of texts means nothing. */
  complete(): void {
    this.#isComplete = true;
  }

  /** Looks out for a secret from now on. */
  remember(secret: string): void {
    if (this.#isComplete || secret.length < MIN_KNOWN || secret.length > MAX_KNOWN_LENGTH) return;
    if (this.#known.has(secret) || this.#known.size >= MAX_KNOWN) return;
    this.#known.add(secret);
    this.#spellings = null;
  }

  isKnown(text: string): boolean {
    return this.#known.has(text);
  }

  /** A text in which tokens stand for all known secrets, however they are escaped or encoded. */
  replaceKnown(text: string): string {
    if (this.#known.size === 0) return text;
    this.#spellings ??= spellingsOf(this.#known);
    return replaceSpellings(text, this.#spellings, (secret) => this.token(secret));
  }

  /** Where a text that was cut begins to be the beginning of a secret; its length when it does not. */
  cutSecretAt(text: string): number {
    let first = text.length;
    for (const secret of this.#known) {
      for (let length = Math.min(secret.length - 1, text.length); length >= 3; length--) {
        if (text.endsWith(secret.slice(0, length))) {
          first = Math.min(first, text.length - length);
          break;
        }
      }
    }
    return first;
  }

  #digest(secret: string): string {
    const bytes = createHmac("sha256", this.#key).update(secret).digest();
    return [...bytes.subarray(0, 12)].map((byte) => BASE32[byte & 31]).join("");
  }
}

/** Numbers of one value in one spelling, which for whole numbers is that of their digits. */
function plainNumber(source: string): string {
  const canonical = canonicalNumber(source);
  const [, digits, zeros] = /^(-?\d+)e(\d{1,2})$/.exec(canonical) ?? [];
  return digits === undefined ? canonical : digits + "0".repeat(Number(zeros));
}

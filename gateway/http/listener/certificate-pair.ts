import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";

/** Where a certificate and its key are, as PEM. */
export interface CertificateFiles {
  /** The server's certificate, and behind it those that lead to a known issuer. */
  readonly cert: string;
  /** Without a passphrase. */
  readonly key: string;
}

/** A certificate with its key, both of which were tried. */
export interface CertificatePair {
  readonly settings: SecureContextOptions;
  readonly context: SecureContext;
  readonly leaf: X509Certificate;
  /** Wall-clock milliseconds. */
  readonly validFrom: number;
  readonly validUntil: number;
}

/** TLS 1.0 and 1.1 are not to be used any more (RFC 8996). */
const OLDEST = "TLSv1.2";

/** Reads a pair and tries it; what is wrong with it instead. Never rejects. */
export async function readPair(files: CertificateFiles): Promise<CertificatePair | { problem: string }> {
  try {
    const cert = await part(files.cert, "certificate", (text) => new X509Certificate(text));
    const key = await part(files.key, "key", (text) => createPrivateKey(text));
    if (!cert.parsed.checkPrivateKey(key.parsed)) {
      return { problem: `the key ${files.key} is not that of the certificate ${files.cert}` };
    }
    const settings = { cert: cert.text, key: key.text, minVersion: OLDEST } as const;
    const { validFromDate, validToDate } = cert.parsed;
    return {
      settings,
      context: createSecureContext(settings),
      leaf: cert.parsed,
      validFrom: validFromDate.getTime(),
      validUntil: validToDate.getTime(),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function part<T>(path: string, what: string, parse: (text: string) => T) {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new Error(`the ${what} ${path} cannot be read (${codeOf(error)})`);
  });
  try {
    return { text, parsed: parse(text) };
  } catch (error) {
    throw new Error(`the ${what} ${path} is not usable PEM (${codeOf(error)})`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** What renews certificates does so a month ahead: one that is this close to its end was forgotten. */
const SOON_MS = 14 * DAY_MS;

/** What is wrong with a pair's days at this moment; null when nothing is. */
export function ageProblem(
  pair: Pick<CertificatePair, "validFrom" | "validUntil">,
  now: number,
): string | null {
  const { validFrom, validUntil } = pair;
  if (now > validUntil) return `the certificate is not valid any more, since ${dayOf(validUntil)}`;
  if (now < validFrom) return `the certificate is not valid before ${dayOf(validFrom)}`;
  return validUntil - now < SOON_MS
    ? `the certificate is not valid for long, until ${dayOf(validUntil)}`
    : null;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

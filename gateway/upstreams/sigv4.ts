import { createHmac, hash } from "node:crypto";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a request is signed for, whenever it is sent. Its path has no dot segments and no empty ones: they would be signed as they are. */
export interface SignableRequest {
  readonly method: string;
  /** As it goes on the wire, escapes and all. */
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** What the signature covers, Host included, but for time and token; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The same in its canonical form, which is made once for requests that are sent again and again. */
export interface CanonicalForm {
  /** Method, path and query, and the fields that stand before the time's. */
  readonly beforeTime: string;
  readonly beforeToken: string;
  readonly behind: string;
  /** Names of the fields, the time's among them. */
  readonly names: string;
  readonly namesWithToken: string;
}

/** Signs one request after the other for one service in one region. */
export type SigV4Signer = (
  form: CanonicalForm,
  body: Uint8Array,
  credentials: AwsCredentials,
  /** Wall-clock milliseconds by the service's clock. */
  nowMs: number,
) => SigV4Proof;

/** Fields to be sent along, names and values in turn, and what was signed on the way there. */
export interface SigV4Proof {
  readonly headers: string[];
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

const TIME = "x-amz-date";
const TOKEN = "x-amz-security-token";

/**
 * The canonical form of a request
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), open where time and token stand.
 */
export function canonicalForm({ method, path, query, headers }: SignableRequest): CanonicalForm {
  const fields = canonicalFields(headers);
  const lines = (from: string, to: string) =>
    fields.map(([name, value]) => (name > from && name < to ? `${name}:${value}\n` : "")).join("");
  const names = fields.map(([name]) => name);
  return {
    beforeTime: `${method}\n${escapedPath(path)}\n${canonicalQuery(query)}\n${lines("", TIME)}`,
    beforeToken: lines(TIME, TOKEN),
    behind: lines(TOKEN, "\x7f"),
    names: [...names, TIME].sort(order).join(";"),
    namesWithToken: [...names, TIME, TOKEN].sort(order).join(";"),
  };
}

/** Signature Version 4 in the Authorization field. The key of a day is made once for each secret, which spares four of five HMACs. */
export function sigV4Signer(region: string, service: string): SigV4Signer {
  let day:
    | { readonly date: string; readonly secret: string; readonly mac: (text: string) => string }
    | undefined;
  const macOf = (secret: string, date: string) => {
    if (day?.date !== date || day.secret !== secret) {
      const steps = [date, region, service, "aws4_request"];
      day = { date, secret, mac: hmacBy(steps.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`))) };
    }
    return day.mac;
  };
  const timeOf = secondsWritten();
  return (form, body, { accessKeyId, secretAccessKey, sessionToken }, nowMs) => {
    const time = timeOf(nowMs);
    const headers = [TIME, time];
    let fields = `${form.beforeTime}${TIME}:${time}\n${form.beforeToken}`;
    let { names } = form;
    if (sessionToken !== undefined) {
      headers.push(TOKEN, sessionToken);
      fields += `${TOKEN}:${sessionToken}\n`;
      names = form.namesWithToken;
    }
    const canonicalRequest = `${fields}${form.behind}\n${names}\n${hash("sha256", body)}`;
    const date = time.slice(0, 8);
    const scope = `${date}/${region}/${service}/aws4_request`;
    const stringToSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash("sha256", canonicalRequest)}`;
    const signature = macOf(secretAccessKey, date)(stringToSign);
    headers.push(
      "authorization",
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    );
    return { headers, canonicalRequest, stringToSign };
  };
}

/** Wall-clock milliseconds as `20261121T120000Z`; written out once a second. */
function secondsWritten(): (nowMs: number) => string {
  let second = Number.NaN;
  let written = "";
  return (nowMs) => {
    const now = Math.floor(nowMs / 1_000);
    if (now !== second) {
      second = now;
      written = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, "");
    }
    return written;
  };
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/**
 * HMAC-SHA256 in hexadecimal by one key of no more than a block, as two hashes (RFC 2104 §2): node:crypto's Hmac took a
 * quarter of a whole call's time, most of it for its key. The texts are ASCII, and one is as long as the other, so that
 * each is written over the one before.
 */
function hmacBy(key: Buffer): (text: string) => string {
  const padded = Buffer.alloc(BLOCK_BYTES);
  key.copy(padded);
  const inner = Buffer.from(padded.map((byte) => byte ^ 0x36));
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);
  outer.set(padded.map((byte) => byte ^ 0x5c));
  let message = inner;
  return (text) => {
    const bytes = BLOCK_BYTES + text.length;
    if (message.length !== bytes) message = Buffer.concat([inner], bytes);
    message.write(text, BLOCK_BYTES, "latin1");
    outer.write(hash("sha256", message), BLOCK_BYTES, "hex");
    return hash("sha256", outer);
  };
}

/** Every byte but the unreserved ones of RFC 3986 §2.3 as an escape, in UTF-8. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Escaped once more, as every service but S3 wants it. */
function escapedPath(path: string): string {
  return escaped(path).replaceAll("%2F", "/");
}

function canonicalQuery(query: SignableRequest["query"]): string {
  const pairs = query.map(([name, value]) => [escaped(name), escaped(value)] as const);
  // By name, then by value: `=` would sort before the rest of a longer name.
  pairs.sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue));
  return pairs.map((pair) => pair.join("=")).join("&");
}

/** Sorted by name, blanks made one, values of one name joined in their order. */
function canonicalFields(headers: SignableRequest["headers"]): [name: string, value: string][] {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name);
    const text = value.trim().replace(/\s+/g, " ");
    values.set(name, before === undefined ? text : `${before},${text}`);
  }
  return [...values].sort(([name], [other]) => order(name, other));
}

/** By code unit, as bytes are sorted: what is compared is ASCII. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

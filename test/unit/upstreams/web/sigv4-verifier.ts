import { createHash, createHmac } from "node:crypto";
import { allValues, firstValue, type HeaderList } from "../../../../gateway/http/headers.ts";

/** A request as it came over the wire; one character a byte, but for the body. */
export interface SignedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** What a service of AWS knows when it checks a signature. */
export interface Verifying {
  readonly service: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Access key id → its secret, and the session token that goes with it. */
  readonly keys: Readonly<Record<string, { readonly secret: string; readonly token?: string }>>;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks a signature from the request's bytes alone, step by step as AWS publishes the algorithm, and says what is wrong
 * with it, or `valid` (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function verifySigV4(request: SignedRequest, { service, region, now, keys }: Verifying): string {
  const { headers, body } = request;
  const fields = allValues(headers, "authorization");
  if (fields.length !== 1) return `${fields.length} Authorization fields`;
  const [, id = "", day = "", inRegion, forService, names = "", signature] =
    AUTHORIZATION.exec(fields[0]!) ?? [];
  const key = keys[id];
  if (key === undefined) return "no such key";
  if (inRegion !== region || forService !== service) return "another region or service";
  const date = firstValue(headers, "x-amz-date") ?? "";
  if (Math.abs(now - millis(date)) > 5 * 60_000 || !date.startsWith(day)) return "signature expired";
  if (firstValue(headers, "x-amz-security-token") !== key.token) return "wrong session token";
  const signed = names.split(";");
  const unsigned = headers
    .filter((_, i) => i % 2 === 0)
    .map((name) => name.toLowerCase())
    .find((name) => (name === "host" || name.startsWith("x-amz-")) && !signed.includes(name));
  if (unsigned !== undefined) return `${unsigned} is not signed`;
  const hash = sha256(body);
  if ((firstValue(headers, "x-amz-content-sha256") ?? hash) !== hash) return "another body";

  const canonical = [
    request.method,
    canonicalPath(request.target.split("?", 1)[0]!),
    canonicalQuery(request.target.slice(request.target.split("?", 1)[0]!.length + 1)),
    ...signed.map((name) => `${name}:${allValues(headers, name).map(trimmed).join(",")}`),
    "",
    names,
    hash,
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(Buffer.from(canonical, "latin1"))}`;
  let signing: Buffer = Buffer.from(`AWS4${key.secret}`);
  for (const part of [day, region, service, "aws4_request", toSign]) signing = hmac(signing, part);
  return signing.toString("hex") === signature
    ? "valid"
    : `another signature; canonical request:\n${canonical}`;
}

/** Normalised, then each byte of it encoded once more than it came: an escape's `%` becomes `%25`. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encoded(segment));
  }
  const end = segments.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${segments.join("/")}${end}`;
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const [name = "", ...rest] = pair.split("=");
      return [encoded(decoded(name)), encoded(decoded(rest.join("=")))];
    });
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

/** Bytes behind escapes, and `+` as the space that forms make of it. */
function decoded(text: string): string {
  let bytes = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "+") bytes += " ";
    else if (text[i] === "%") {
      bytes += String.fromCharCode(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes += text[i];
  }
  return bytes;
}

/** RFC 3986's unreserved characters as they are, every other byte as an upper-case escape. */
function encoded(bytes: string): string {
  let out = "";
  for (const byte of Buffer.from(bytes, "latin1")) {
    const character = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-._~]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

const trimmed = (value: string) => value.trim().replace(/ +/g, " ");
const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer, data: string) => createHmac("sha256", key).update(data, "latin1").digest();

function millis(date: string): number {
  const [, y, mo, d, h, m, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(m), Number(s));
}

import { SignatureV4 } from "@smithy/signature-v4";
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  date,
  option,
  record,
  string,
  tuple,
  uint8Array,
} from "fast-check";
import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalForm, escaped, sigV4Signer } from "../../../gateway/upstreams/sigv4.ts";
import VECTORS from "./sigv4-vectors.json" with { type: "json" };

/** As AWS's documentation and its vectors have them. */
const EXAMPLE = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const field = (headers: readonly string[], name: string) => headers[headers.indexOf(name) + 1];

/**
 * AWS's signing test suite (https://github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4), but for paths that would
 * have to be normalized and tokens that are not signed: neither is ever sent here.
 */
describe("AWS's vectors of Signature Version 4", () => {
  const sign = sigV4Signer("us-east-1", "service");

  it.each(VECTORS)("$name", ({ hashedRequest, signature, sessionToken, ...vector }) => {
    const { method, path, body } = vector;
    const form = canonicalForm({
      method,
      path,
      query: vector.query.map(([name, value]) => [name!, value!]),
      headers: vector.headers.map(([name, value]) => [name!, value!]),
    });
    const credentials = { ...EXAMPLE, ...(sessionToken !== undefined && { sessionToken }) };
    const { headers, stringToSign } = sign(
      form,
      Buffer.from(body),
      credentials,
      Date.parse("2015-08-30T12:36:00Z"),
    );
    expect(stringToSign.split("\n")).toEqual([
      "AWS4-HMAC-SHA256",
      "20150830T123600Z",
      "20150830/us-east-1/service/aws4_request",
      hashedRequest,
    ]);
    expect(field(headers, "authorization")).toMatch(new RegExp(`, Signature=${signature}$`));
  });
});

const NO_BODY = Buffer.alloc(0);
const word = string({ unit: "binary", maxLength: 12 });
/** What a header field of ours can have. */
const value = string({ unit: constantFrom(..."aZ09 \t,;=:/+%~-_.()*!'\"é".split("")), maxLength: 30 });
/** Before the time's field, between that and the token's, and behind both. */
const place = constantFrom("a-", "x-amz-log-", "x-t-");
const name = tuple(
  place,
  string({ unit: constantFrom(..."abcxyz-09".split("")), minLength: 1, maxLength: 12 }),
).map((parts) => parts.join(""));

describe("a signature", () => {
  it("is the one that the SDK's signer makes of the same request", async () => {
    const ours = sigV4Signer("eu-central-1", "lambda");
    const requests = record({
      segments: array(
        string({ unit: "binary", minLength: 1, maxLength: 12 }).filter((text) => !/^\.+$/.test(text)),
        { maxLength: 4 },
      ),
      query: array(
        tuple(
          word.filter((text) => text !== "__proto__"),
          word,
        ),
        { maxLength: 4 },
      ),
      headers: array(tuple(name, value), { maxLength: 4 }),
      body: uint8Array({ maxLength: 200 }),
      secretAccessKey: string({ minLength: 1, maxLength: 40 }),
      sessionToken: option(string({ unit: constantFrom(..."abcXYZ09+/=".split("")), minLength: 1 }), {
        nil: undefined,
      }),
      at: date({ min: new Date(0), max: new Date("2199-12-31"), noInvalidDate: true }),
    });
    await assert(
      asyncProperty(
        requests,
        async ({ segments, query, headers, body, secretAccessKey, sessionToken, at }) => {
          const path = `/${segments.map(escaped).join("/")}`;
          const once = [...new Map(headers)];
          const credentials = {
            accessKeyId: "AKIDEXAMPLE",
            secretAccessKey,
            ...(sessionToken !== undefined && { sessionToken }),
          };
          const grouped = new Map<string, string[]>();
          for (const [key, text] of query) grouped.set(key, [...(grouped.get(key) ?? []), text]);
          const covered: [string, string][] = [["host", "lambda.example"], ...once];
          const theirs = await new SignatureV4({
            service: "lambda",
            region: "eu-central-1",
            credentials,
            sha256: Sha256,
            applyChecksum: false,
          }).sign(
            {
              method: "POST",
              protocol: "https:",
              hostname: "lambda.example",
              path,
              query: Object.fromEntries(grouped),
              headers: Object.fromEntries(covered),
              body,
            },
            { signingDate: at },
          );
          const form = canonicalForm({ method: "POST", path, query, headers: covered });
          const proof = ours(form, body, credentials, at.getTime());
          expect(field(proof.headers, "authorization")).toBe(theirs.headers["authorization"]);
          expect(field(proof.headers, "x-amz-date")).toBe(theirs.headers["x-amz-date"]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is made with the day's key, whoever signed before", () => {
    const sign = sigV4Signer("us-east-1", "service");
    const form = canonicalForm({ method: "GET", path: "/", query: [], headers: [] });
    const day = Date.parse("2015-08-30T12:36:00Z");
    const signature = (secretAccessKey: string, nowMs: number) =>
      field(sign(form, NO_BODY, { ...EXAMPLE, secretAccessKey }, nowMs).headers, "authorization");
    const first = signature("a", day);
    expect(signature("b", day)).not.toBe(first);
    expect(signature("a", day + 86_400_000)).not.toBe(first);
    expect(signature("a", day)).toBe(first);
  });
});

/** SHA-256, or HMAC of it, in the form that the SDK's signer calls it. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

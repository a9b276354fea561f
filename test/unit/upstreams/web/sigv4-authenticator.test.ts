import { array, assert, asyncProperty, constantFrom, pre, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeaderList } from "../../../../gateway/http/headers.ts";
import { parseTarget } from "../../../../gateway/http/target.ts";
import { UpstreamError } from "../../../../gateway/upstreams/upstream.ts";
import type { AwsCredentials } from "../../../../gateway/upstreams/sigv4.ts";
import { sigV4Authenticator } from "../../../../gateway/upstreams/web/sigv4-authenticator.ts";
import { verifySigV4, type SignedRequest, type Verifying } from "./sigv4-verifier.ts";

/** Names and numbers of AWS's own test suite for Signature Version 4. */
const NOW = Date.UTC(2015, 7, 30, 12, 36, 0);
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
const AWS: Verifying = {
  service: "service",
  region: "us-east-1",
  now: NOW,
  keys: { AKIDEXAMPLE: { secret: SECRET } },
};
const utf8 = (text: string) => Buffer.from(text).toString("latin1");

describe("the verifier that these tests trust", () => {
  const vector = (target: string, signature: string, more: Partial<SignedRequest> = {}): SignedRequest => {
    const { headers = [], method = "GET", body = Buffer.alloc(0) } = more;
    const names = ["host", "x-amz-date", ...headers.filter((_, i) => i % 2 === 0)].map((n) =>
      n.toLowerCase(),
    );
    const signed = [...new Set(names)].sort().join(";");
    const scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
    return {
      method,
      target,
      body,
      headers: [
        "Host",
        "example.amazonaws.com",
        "X-Amz-Date",
        "20150830T123600Z",
        ...headers,
        "Authorization",
        `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signed}, Signature=${signature}`,
      ],
    };
  };
  const form: Partial<SignedRequest> = {
    method: "POST",
    body: Buffer.from("Param1=value1"),
    headers: [
      "Content-Type",
      "application/x-www-form-urlencoded",
      "Content-Length",
      "13",
      "x-amz-content-sha256",
      "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
    ],
  };
  const duplicates = { headers: ["My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1"] };
  const session = { headers: ["X-Amz-Security-Token", TOKEN] };

  it.each<[string, SignedRequest]>([
    [
      "a space",
      vector("/example space/", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    ],
    ["UTF-8", vector(utf8("/ሴ"), "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")],
    ["slashes", vector("//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84")],
    [
      "a query",
      vector("/?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    ],
    [
      "the order of names",
      vector(
        "/?Param2=value2&Param1=value1",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
      ),
    ],
    [
      "the order of encoded names",
      vector(
        "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
      ),
    ],
    [
      "UTF-8 in the query",
      vector(utf8("/?ሴ=bar"), "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    ],
    [
      "a field that comes three times",
      vector("/", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea", duplicates),
    ],
    ["a body", vector("/", "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b", form)],
  ])("accepts AWS's published example of %s, and nothing near it", (_of, request) => {
    expect(verifySigV4(request, AWS)).toBe("valid");
    expect(verifySigV4({ ...request, method: "PUT" }, AWS)).toMatch(/^another signature/);
    expect(verifySigV4({ ...request, target: `${request.target}x` }, AWS)).toMatch(/^another signature/);
    expect(verifySigV4({ ...request, body: Buffer.from("x") }, AWS)).toMatch(/^another (signature|body)/);
    expect(verifySigV4(request, { ...AWS, now: NOW + 301_000 })).toBe("signature expired");
  });

  it("accepts AWS's published example of a session token, and no other token", () => {
    const request = vector("/", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8", session);
    const keys = { AKIDEXAMPLE: { secret: SECRET, token: TOKEN } };
    expect(verifySigV4(request, { ...AWS, keys })).toBe("valid");
    expect(verifySigV4(request, AWS)).toBe("wrong session token");
  });
});

const LAMBDA: Verifying = { ...AWS, service: "lambda", region: "eu-central-1" };
const HOST = "abc.lambda-url.eu-central-1.on.aws";

const authenticator = (credentials?: () => Promise<AwsCredentials>) =>
  sigV4Authenticator({
    service: "lambda",
    region: "eu-central-1",
    clock: { now: () => NOW, elapsed: () => 0 },
    credentials:
      credentials ?? (() => Promise.resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET })),
  });

async function signed(
  raw: string,
  { method = "GET", headers = [] as HeaderList, body = Buffer.alloc(0), by = authenticator() } = {},
): Promise<SignedRequest> {
  const target = parseTarget(raw);
  if (typeof target === "string") throw new Error(`${raw}: ${target}`);
  const sent = ["Host", HOST, ...headers];
  const proof = await by.authenticate({ method, target, headers: sent, body });
  return { method, target: raw, headers: [...sent, ...proof], body };
}

describe("Signature Version 4", () => {
  it.each([
    "/",
    "/?",
    "/a%2Fb%25c%20d/e",
    "/a+b'(c)*!~;=:@,$&",
    "//double//slash//",
    "/lower%2fcase%c3%a9",
    utf8("/caf\u00e9/\u1234"),
    "/?q=a+b&r=a%20b&s=a%2Bb",
    "/?valueless&empty=&=nameless&&amp;&a=b=c",
    "/?b=2&a=1&b=1&a-b=3&A=0&b=10",
    "/?path=%2F..%2F&percent=%25%32%35&quote='%22",
    "/?%E1%88%B4=%F0%9F%8D%8C&lower=%e1%88%b4",
    utf8("/?q=\u00fcber\u1234"),
    "/?constructor=1&toString=2&hasOwnProperty=3",
    "/x?next=https://example.com/?a=b",
  ])("signs %s as it is sent", async (target) => {
    expect(verifySigV4(await signed(target), LAMBDA)).toBe("valid");
  });

  it("signs every path and query that passes ingress", async () => {
    const piece = constantFrom(
      "/",
      "a",
      "%2F",
      "%25",
      "+",
      "&",
      "=",
      "'",
      "~",
      ";",
      ".",
      "%C3%A9",
      "?",
      "*",
      "é",
    );
    const every = asyncProperty(array(piece, { maxLength: 12 }), async (pieces) => {
      const raw = utf8(`/${pieces.join("")}`);
      pre(typeof parseTarget(raw) !== "string");
      expect(verifySigV4(await signed(raw), LAMBDA)).toBe("valid");
    });
    await assert(every);
  });

  it("covers bodies of any bytes, the method, the type and the session token", async () => {
    const by = authenticator(() =>
      Promise.resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: TOKEN }),
    );
    const knowing = { ...LAMBDA, keys: { AKIDEXAMPLE: { secret: SECRET, token: TOKEN } } };
    const headers = ["Content-Type", "text/plain;  charset=utf-8", "X-Other", "1", "X-Other", "2"];
    const every = asyncProperty(uint8Array({ maxLength: 300 }), async (bytes) => {
      const request = await signed("/orders", { method: "POST", headers, body: Buffer.from(bytes), by });
      expect(verifySigV4(request, knowing)).toBe("valid");
      const swapped = request.headers.map((text) => (text.startsWith("text/plain") ? "text/html" : text));
      expect(verifySigV4({ ...request, headers: swapped }, knowing)).toMatch(/^another signature/);
      const proxied = [...request.headers, "X-Added-On-The-Way", "1"];
      expect(verifySigV4({ ...request, headers: proxied }, knowing)).toBe("valid");
    });
    await assert(every, { numRuns: 30 });
  });

  it.each([
    ["a signature of its own", "/?X-Amz-Signature=0&x"],
    ["credentials of its own", "/?x-amz-credential=me"],
    ["a signature of its own, in escapes", "/?X%2DAmz%2DAlgorithm=AWS4-HMAC-SHA256"],
    ["a name that the signer loses", "/?__proto__=1"],
    ["an escape that is none", "/?a=100%"],
    ["bytes that are not UTF-8", "/?q=caf%E9"],
    ["a path that is not UTF-8", "/caf\xe9"],
  ])("refuses a target with %s: nothing is wrong with the function", async (_what, target) => {
    const error = await signed(target).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UpstreamError);
    expect(error).toMatchObject({ kind: "rejected", phase: "not-started" });
  });

  it("is denied, and says what to do, where there are no credentials", async () => {
    const by = authenticator(() =>
      Promise.reject(new Error("Could not load credentials from any providers")),
    );
    const error = await signed("/", { by }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "denied", phase: "not-started" });
    expect(String(error)).toMatch(/give the gateway a role, or set AWS_ACCESS_KEY_ID .*any providers/);
  });

  it("asks for credentials each time, so that renewed ones are used", async () => {
    let round = 0;
    const keys = { K1: { secret: "one" }, K2: { secret: "two" } };
    const by = authenticator(() => {
      round += 1;
      return Promise.resolve({ accessKeyId: `K${round}`, secretAccessKey: round === 1 ? "one" : "two" });
    });
    expect(verifySigV4(await signed("/", { by }), { ...LAMBDA, keys })).toBe("valid");
    expect(verifySigV4(await signed("/", { by }), { ...LAMBDA, keys })).toBe("valid");
    expect(round).toBe(2);
  });

  it("owns what signatures are made of, and what looks like it to AWS", () => {
    const { owns } = authenticator();
    expect(["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-anything"].every(owns)).toBe(true);
    expect(["x-amzn-trace-id", "cookie", "x-forwarded-for"].some(owns)).toBe(false);
  });
});

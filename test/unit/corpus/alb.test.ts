import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { importAlb } from "../../../gateway/corpus/alb.ts";
import { chunksOf, sorted } from "../../support/corpora/items.ts";

// Fields and examples as in https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
const ARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";
const line = (changes: Partial<Record<keyof typeof USUAL, string>> = {}) =>
  Object.values({ ...USUAL, ...changes }).join(" ");
const USUAL = {
  type: "https",
  time: "2026-01-31T12:00:00.186641Z",
  elb: "app/my-loadbalancer/50dc6c495c0c9188",
  client: "192.168.131.39:2817",
  target: "10.0.0.1:80",
  requestTime: "0.086",
  targetTime: "0.048",
  responseTime: "0.037",
  elbStatus: "200",
  targetStatus: "200",
  received: "0",
  sent: "57",
  request: '"GET https://www.example.com:443/orders?a=%20b HTTP/1.1"',
  userAgent: '"curl/7.46.0"',
  cipher: "ECDHE-RSA-AES128-GCM-SHA256",
  protocol: "TLSv1.2",
  arn: ARN,
  trace: '"Root=1-58337281-1d84f3d73c47ec4e58577259"',
  domain: '"www.example.com"',
  certificate: '"arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012"',
  priority: "1",
  createdAt: "2026-01-31T11:59:59.364000Z",
  actions: '"authenticate,forward"',
  redirect: '"-"',
  error: '"-"',
  targets: '"10.0.0.1:80"',
  targetStatuses: '"200"',
  classification: '"-"',
  classificationReason: '"-"',
  connection: "TID_1234abcd5678ef90",
  transformedHost: '"m.example.com"',
  transformedUri: '"-"',
  transformStatus: '"TransformSuccess"',
};
const read = (text: string | Buffer) => sorted(importAlb(chunksOf(text, 50)));
const only = async (text: string) => {
  const { entries, problems } = await read(`${text}\n`);
  expect(problems).toEqual([]);
  return entries[0]!;
};

describe("an access log of a load balancer", () => {
  it("carries what it has of a request, newer fields or not, packed or not", async () => {
    const whole = {
      id: "alb-1",
      at: Date.parse("2026-01-31T11:59:59.364Z"),
      session: "TID_1234abcd5678ef90",
      route: null,
      request: {
        method: "GET",
        target: "/orders?a=%20b",
        headers: [
          "Host",
          "www.example.com",
          "User-Agent",
          "curl/7.46.0",
          "X-Amzn-Trace-Id",
          "Root=1-58337281-1d84f3d73c47ec4e58577259",
        ],
        body: Buffer.alloc(0),
        isWhole: true,
      },
      answer: { status: 200, headers: [], body: Buffer.alloc(0), isWhole: false, durationMs: 48 },
    };
    expect(await only(line())).toEqual(whole);
    expect(await only(`${line()} "something new" 7`)).toEqual(whole);
    expect((await read(gzipSync(`${line()}\r\n`))).entries).toEqual([whole]);
  });

  it("carries lines from before fields were added", async () => {
    const fields = line().split(" TLSv1.2 ")[0]!;
    const old = await only(`${fields} TLSv1.2 ${ARN} "Root=1-1"`);
    expect(old).toMatchObject({ at: Date.parse("2026-01-31T12:00:00.186Z"), session: null });
  });

  it("says that a request whose body it has not got is not whole", async () => {
    const methods = {
      GET: true,
      HEAD: true,
      OPTIONS: true,
      POST: false,
      PUT: false,
      PATCH: false,
      DELETE: false,
    };
    for (const [method, isWhole] of Object.entries(methods)) {
      const { request } = await only(line({ request: `"${method} http://h:80/ HTTP/2.0"` }));
      expect(request).toMatchObject({ method, target: "/", isWhole });
      expect(request.headers.slice(0, 2)).toEqual(["Host", "h"]);
    }
  });

  it("knows no answer where the load balancer answered itself, and no time where it says -1", async () => {
    expect(await only(line({ targetStatus: "-", actions: '"redirect"' }))).toMatchObject({ answer: null });
    expect(await only(line({ targetTime: "-1" }))).toMatchObject({ answer: { durationMs: null } });
  });

  it("undoes escapes, and takes neither quotes nor spaces for an end", async () => {
    const escaped = await only(
      line({
        userAgent: String.raw`"a \"b\" \\ \x22c\xe9 <d>"`,
        request: '"GET http://h:8080/a b"c HTTP/1.1"'.replace('"c', String.raw`\"c`),
      }),
    );
    expect(escaped.request.headers.slice(0, 4)).toEqual([
      "Host",
      "h:8080",
      "User-Agent",
      String.raw`a "b" \ "cé <d>`,
    ]);
    expect(escaped.request.target).toBe('/a%20b"c');
  });

  it.each([
    ["a WebSocket", line({ type: "ws" }), "a WebSocket"],
    ["another type", line({ type: "tls" }), "no type"],
    ["a request that was none", line({ request: '"- http://h:80- -"' }), "could not read the request"],
    ["a target with bytes that end a line", line({ request: '"GET http://h/\0 HTTP/1.1"' }), ""],
    [
      "another log",
      '192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326',
      "no line of an ALB access log",
    ],
    ["an open quote", line({ userAgent: '"curl' }).replaceAll('" ', " "), "no line of an ALB access log"],
    ["zeros", "\0".repeat(3000), "no line of an ALB access log"],
    ["an endless line", "x".repeat(500_000), "may have 262144"],
    ["many quotes", '"\\'.repeat(60_000), "no line of an ALB access log"],
  ])("names a line that cannot be used (%s) and reads on", async (_, text, message) => {
    const { entries, problems } = await read(`${text}\n${line()}\n`);
    expect(entries.at(-1)?.id).toBe("alb-2");
    const problem = { line: 1, message: expect.stringContaining(message) as string };
    expect(problems).toEqual(message === "" ? [] : [problem]);
  });

  it("names a last line that is cut off, and a file without any", async () => {
    expect((await read(`${line()}\n${line().slice(0, 200)}`)).problems).toEqual([
      { line: 2, message: "the last line is cut off; left out" },
    ]);
    expect((await read("")).problems).toHaveLength(1);
  });
});

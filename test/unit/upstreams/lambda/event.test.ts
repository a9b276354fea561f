import { describe, expect, it } from "vitest";
import { eventBytes, MAX_EVENT_BYTES } from "../../../../gateway/upstreams/lambda/event.ts";
import { functionUrlEvent } from "../../../../gateway/upstreams/lambda/events/function-url.ts";
import { aRequest } from "../../../support/requests.ts";
import { PLAIN_EVENTS } from "../../../support/targets.ts";

const NO_BODY = Buffer.alloc(0);
const sourceOf = (parts: Parameters<typeof aRequest>[0], body = NO_BODY) => ({
  request: aRequest(parts),
  body,
  params: {},
  settings: PLAIN_EVENTS,
});
const eventOf = (parts: Parameters<typeof aRequest>[0], body = NO_BODY, params = {}) =>
  functionUrlEvent({ request: aRequest(parts), body, params, settings: PLAIN_EVENTS });
const bodyOf = (headers: string[], body: Buffer | string) => {
  const event = eventOf({ method: "POST", headers }, Buffer.from(body));
  return [event.body, event.isBase64Encoded];
};

describe("the event of payload format 2.0", () => {
  it("is what a Function URL sends", () => {
    const headers = [
      "Host",
      "shop.example.com:8080",
      "User-Agent",
      "test/1",
      "X-A",
      "1",
      "x-a",
      "2",
      "Cookie",
      "a=1; b=2",
      "Cookie",
      "c=3",
    ];
    const event = eventOf(
      {
        method: "GET",
        target: "/api/orders/a%2Fb%20c?x=1&x=%2F&y=+&z",
        host: "shop.example.com:8080",
        headers,
      },
      NO_BODY,
      { id: "a/b c" },
    );
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/api/orders/a%2Fb%20c",
      rawQueryString: "x=1&x=%2F&y=+&z",
      cookies: ["a=1", "b=2", "c=3"],
      headers: {
        host: "shop.example.com:8080",
        "user-agent": "test/1",
        "x-a": "1,2",
        "x-amzn-trace-id": "Root=1-0af76519-16cd43dd8448eb211c80319c",
      },
      queryStringParameters: { x: "1,/", y: " ", z: "" },
      pathParameters: { id: "a/b c" },
      requestContext: {
        accountId: "anonymous",
        apiId: "banyan",
        domainName: "shop.example.com",
        domainPrefix: "shop",
        http: {
          method: "GET",
          path: "/api/orders/a%2Fb%20c",
          protocol: "HTTP/1.1",
          sourceIp: "192.0.2.7",
          userAgent: "test/1",
        },
        requestId: "7f0c6c1e-0000-4000-8000-000000000001",
        routeKey: "$default",
        stage: "$default",
        time: "21/Nov/2026:12:00:00 +0000",
        timeEpoch: Date.UTC(2026, 10, 21, 12),
      },
      isBase64Encoded: false,
    });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload, which writes null for absence.
  it("is AWS's own example for AWS's own example request", () => {
    const event = eventOf(
      {
        method: "POST",
        target: "/my/path?parameter1=value1&parameter1=value2&parameter2=value",
        host: "<url-id>.lambda-url.us-west-2.on.aws",
        client: { address: "123.123.123.123", protocol: "https", viaTrustedProxy: false, port: 443 },
        receivedAt: Date.UTC(2020, 2, 12, 19, 3, 58),
        headers: [
          "Cookie",
          "cookie1; cookie2",
          "Header1",
          "value1",
          "Header2",
          "value1",
          "HEADER2",
          "value2",
          "User-Agent",
          "agent",
          "Content-Type",
          "text/plain",
        ],
      },
      Buffer.from("Hello from client!"),
    );
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/my/path",
      rawQueryString: "parameter1=value1&parameter1=value2&parameter2=value",
      cookies: ["cookie1", "cookie2"],
      headers: { header1: "value1", header2: "value1,value2" },
      queryStringParameters: { parameter1: "value1,value2", parameter2: "value" },
      requestContext: {
        domainName: "<url-id>.lambda-url.us-west-2.on.aws",
        domainPrefix: "<url-id>",
        http: {
          method: "POST",
          path: "/my/path",
          protocol: "HTTP/1.1",
          sourceIp: "123.123.123.123",
          userAgent: "agent",
        },
        routeKey: "$default",
        stage: "$default",
        time: "12/Mar/2020:19:03:58 +0000",
      },
      body: "Hello from client!",
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty("cookie");
  });

  it("leaves out what is not there, and never says null", () => {
    const text = JSON.stringify(eventOf({ target: "/?" }));
    expect(text).not.toMatch(/null|"body"|cookies|pathParameters|queryStringParameters/);
    expect(JSON.parse(text)).toMatchObject({ rawQueryString: "", isBase64Encoded: false });
    expect(JSON.stringify(eventOf({ target: "/?&" }))).not.toContain("queryStringParameters");
  });

  it.each<[string, string[], string | Buffer, string, boolean]>([
    ["JSON", ["Content-Type", "application/json; charset=utf-8"], "{}", "{}", false],
    ["text", ["content-type", "text/csv"], "a,b", "a,b", false],
    ["UTF-8 text", ["Content-Type", "text/plain"], "caf\u00e9", "caf\u00e9", false],
    ["a form", ["Content-Type", "application/x-www-form-urlencoded"], "a=1", "YT0x", true],
    ["no type", [], "a", "YQ==", true],
    ["text that is no UTF-8", ["Content-Type", "text/plain"], Buffer.from([0xff]), "/w==", true],
    ["compressed JSON", ["Content-Type", "application/json", "Content-Encoding", "gzip"], "x", "eA==", true],
    ["XML", ["Content-Type", "Application/XML ; charset=utf-8"], "<a/>", "<a/>", false],
    ["JSON by a longer name", ["Content-Type", "application/json-patch+json"], "x", "eA==", true],
    ["JSON of a vendor", ["Content-Type", "application/vnd.api+json"], "x", "eA==", true],
  ])("carries %s rightly", (_what, headers, body, expected, isBase64) => {
    expect(bodyOf(headers, body)).toEqual([expected, isBase64]);
  });

  it("reads header bytes as UTF-8 where they are, and as latin1 where not", () => {
    const { headers } = eventOf({ headers: ["X-U", "caf\xc3\xa9", "X-L", "caf\xe9"] });
    expect(headers).toMatchObject({ "x-u": "caf\u00e9", "x-l": "caf\u00e9" });
  });

  it("is not fooled by the names of objects' own things", () => {
    const names = ["__proto__", "constructor", "toString", "toJSON"];
    const event = eventOf({
      target: `/?${names.map((name) => `${name}=1`).join("&")}`,
      headers: names.flatMap((name) => [name, "x"]),
    });
    expect(JSON.stringify(event)).toContain('"__proto__":"1","constructor":"1","toString":"1","toJSON":"1"');
    expect(JSON.stringify(event.headers)).toContain(
      '"__proto__":"x","constructor":"x","tostring":"x","tojson":"x"',
    );
  });

  it("says which bytes it was sent, where they look like another path or query", () => {
    const raw = "/a%2Fb/%25/%3F/caf%C3%A9;x=1?q=%20+%2B&q&=";
    const { rawPath, rawQueryString, requestContext } = eventOf({ target: raw });
    expect(`${rawPath}?${rawQueryString}`).toBe(raw);
    expect(requestContext.http.path).toBe(rawPath);
  });

  it("is refused when it is larger than Lambda takes, before anything is sent", () => {
    const event = sourceOf({ method: "POST" }, Buffer.alloc(MAX_EVENT_BYTES - 1_000));
    expect(() => eventBytes(event)).toThrow(
      expect.objectContaining({ kind: "too-large", phase: "not-started" }),
    );
  });

  it("may be exactly as large as Lambda takes", () => {
    const headers = ["Content-Type", "text/plain"];
    const spare = MAX_EVENT_BYTES - eventBytes(sourceOf({ headers }, Buffer.from("a"))).length;
    const letters = (count: number) => sourceOf({ headers }, Buffer.alloc(count, "a"));
    expect(eventBytes(letters(1 + spare))).toHaveLength(MAX_EVENT_BYTES);
    expect(() => eventBytes(letters(2 + spare))).toThrow(expect.objectContaining({ kind: "too-large" }));
  });
});

import { describe, expect, it } from "vitest";
import type { EventSettings } from "../../../../gateway/routes/function-target.ts";
import { eventBytes } from "../../../../gateway/upstreams/lambda/event.ts";
import { aRequest } from "../../../support/requests.ts";
import { PLAIN_EVENTS } from "../../../support/targets.ts";

interface Parts extends Omit<NonNullable<Parameters<typeof aRequest>[0]>, "body"> {
  readonly body?: Buffer | string;
  readonly params?: Readonly<Record<string, string>>;
  readonly settings?: Partial<EventSettings>;
}

/** The event as the function gets it. */
function eventFor({ body = "", params = {}, settings = {}, ...request }: Parts): Record<string, unknown> {
  const bytes = eventBytes({
    request: aRequest(request),
    body: Buffer.from(body),
    params,
    settings: { ...PLAIN_EVENTS, ...settings },
  });
  return JSON.parse(bytes.toString()) as Record<string, unknown>;
}

const TRACE = "Root=1-0af76519-16cd43dd8448eb211c80319c";
const headers = [
  "Host",
  "shop.example.com",
  "X-Tag",
  "one",
  "x-tag",
  "two",
  "Cookie",
  "a=1",
  "cookie",
  "b=2",
];
const target = "/api/orders/a%2Fb?x=1&x=%2F&y&z=+";

describe("payload format 1.0", () => {
  const settings = { payload: "1.0" } as const;

  it("is what a REST API sends: names as written, the last value and all of them", () => {
    const event = eventFor({ target, headers, params: { id: "a/b" }, settings });
    expect(event).toMatchObject({
      version: "1.0",
      resource: "/{proxy+}",
      path: "/api/orders/a%2Fb",
      httpMethod: "GET",
      headers: { Host: "shop.example.com", "X-Tag": "two", Cookie: "b=2", "X-Amzn-Trace-Id": TRACE },
      multiValueHeaders: { "X-Tag": ["one", "two"], Cookie: ["a=1", "b=2"] },
      queryStringParameters: { x: "/", y: "", z: " " },
      multiValueQueryStringParameters: { x: ["1", "/"], y: [""], z: [" "] },
      pathParameters: { id: "a/b" },
      requestContext: {
        httpMethod: "GET",
        identity: { sourceIp: "192.0.2.7", user: null },
        requestTime: "21/Nov/2026:12:00:00 +0000",
        stage: "$default",
      },
    });
  });

  it("says null where there is nothing, as a REST API does", () => {
    expect(eventFor({ settings })).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
  });

  it.each([
    ["a form is text", "application/x-www-form-urlencoded", "a=1", [], "a=1", false],
    ["no UTF-8 is base64 all the same", "text/plain", Buffer.from([0xff]), [], "/w==", true],
    ["what is declared binary is base64", "image/png", "png", ["image/*"], "cG5n", true],
    ["parameters of a type do not matter", "Image/PNG; q=1", "png", ["image/png"], "cG5n", true],
    ["everything may be declared binary", "text/plain", "a", ["*/*"], "YQ==", true],
    ["other types stay text", "imagery/x", "a", ["image/*"], "a", false],
  ] as const)("%s", (_what, type, body, binaryTypes, text, isBase64Encoded) => {
    const event = eventFor({ headers: ["Content-Type", type], body, settings: { ...settings, binaryTypes } });
    expect([event["body"], event["isBase64Encoded"]]).toEqual([text, isBase64Encoded]);
  });

  it("takes its resource from the route key", () => {
    const event = eventFor({ settings: { ...settings, routeKey: "GET /orders/{id}" } });
    expect(event).toMatchObject({
      resource: "/orders/{id}",
      requestContext: { resourcePath: "/orders/{id}" },
    });
  });
});

describe("a load balancer's event", () => {
  it("has lower-case names, the last of several values, and a query that nobody decoded", () => {
    const event = eventFor({ target, headers, settings: { payload: "alb" } });
    expect(event).toEqual({
      requestContext: { elb: { targetGroupArn: expect.stringContaining("targetgroup") as unknown } },
      httpMethod: "GET",
      path: "/api/orders/a%2Fb",
      queryStringParameters: { x: "%2F", y: "", z: "+" },
      headers: { host: "shop.example.com", "x-tag": "two", cookie: "b=2", "x-amzn-trace-id": TRACE },
      body: "",
      isBase64Encoded: false,
    });
  });

  it("has all values, and nothing else, where multi-value headers are on", () => {
    const event = eventFor({ target, headers, settings: { payload: "alb-multi-value" } });
    expect(event).toMatchObject({
      multiValueHeaders: { "x-tag": ["one", "two"], cookie: ["a=1", "b=2"] },
      multiValueQueryStringParameters: { x: ["1", "%2F"], y: [""], z: ["+"] },
    });
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(["headers"]));
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(["queryStringParameters"]));
  });

  it("has a form as base64", () => {
    const type = ["Content-Type", "application/x-www-form-urlencoded"];
    expect(eventFor({ headers: type, body: "a=1", settings: { payload: "alb" } })).toMatchObject({
      body: "YT0x",
      isBase64Encoded: true,
    });
  });
});

describe("what a function finds in its event", () => {
  it.each(["2.0", "1.0", "alb", "alb-multi-value"] as const)(
    "is decoded in paths where asked for (%s)",
    (payload) => {
      const event = eventFor({ target: "/a%2Fb%20c", settings: { payload, pathEncoding: "decoded" } });
      expect(event["path"] ?? event["rawPath"]).toBe("/a/b c");
    },
  );

  it("keeps a path as it is when it cannot be decoded", () => {
    const settings = { pathEncoding: "decoded" } as const;
    expect(eventFor({ target: "/a%FFb", settings })["rawPath"]).toBe("/a%FFb");
  });

  it("has the route key and the stage variables of its route", () => {
    const settings = { routeKey: "GET /orders/{id}", stageVariables: { table: "orders" } };
    expect(eventFor({ settings })).toMatchObject({
      routeKey: "GET /orders/{id}",
      stageVariables: { table: "orders" },
      requestContext: { routeKey: "GET /orders/{id}" },
    });
    expect(eventFor({ settings: { ...settings, payload: "1.0" } })).toMatchObject({
      stageVariables: { table: "orders" },
    });
  });

  it("has a trace id that no client has written", () => {
    const forged = ["X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=1"];
    expect(eventFor({ headers: forged })).toMatchObject({ headers: { "x-amzn-trace-id": TRACE } });
    expect(eventFor({ headers: forged, client: PROXY })).toMatchObject({
      headers: { "x-amzn-trace-id": forged[1] },
    });
  });

  it("is never a prototype, whatever a client calls its fields", () => {
    const event = eventFor({ target: "/?__proto__=1", headers: ["__proto__", "x", "constructor", "y"] });
    expect(Object.entries(event["headers"] as object)).toContainEqual(["__proto__", "x"]);
    expect(Object.entries(event["queryStringParameters"] as object)).toEqual([["__proto__", "1"]]);
  });
});

const PROXY = { address: "192.0.2.7", protocol: "https", viaTrustedProxy: true, port: 443 } as const;

describe("an authorizer's word", () => {
  const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
  const settings = { authorizer: { context: { tenant: "shop" }, claimsHeader: "x-claims" } };
  const authorizerOf = (parts: Parts) =>
    (eventFor(parts)["requestContext"] as { authorizer?: unknown }).authorizer;
  const claims = { sub: "anna", scope: "read write", groups: ["a", "b"], admin: true };
  const spelled = { sub: "anna", scope: "read write", groups: "[a b]", admin: "true" };

  it.each([
    ["a JWT", jwt(claims)],
    ["JSON", JSON.stringify(claims)],
  ])("is passed on from a trusted proxy as %s", (_form, value) => {
    const request = { headers: ["X-Claims", value], client: PROXY };
    expect(authorizerOf({ ...request, settings })).toEqual({
      jwt: { claims: spelled, scopes: ["read", "write"] },
      lambda: { tenant: "shop" },
    });
    expect(authorizerOf({ ...request, settings: { ...settings, payload: "1.0" } })).toEqual({
      principalId: "anna",
      tenant: "shop",
      claims: spelled,
    });
  });

  it.each([
    ["comes from anybody else", { headers: ["X-Claims", jwt(claims)] }],
    ["is there twice", { headers: ["X-Claims", jwt(claims), "x-claims", jwt(claims)], client: PROXY }],
    ["is no object", { headers: ["X-Claims", "[1]"], client: PROXY }],
    ["is rubbish", { headers: ["X-Claims", "a.b.c"], client: PROXY }],
    ["is missing", { client: PROXY }],
  ])("is not believed when it %s", (_what, request) => {
    expect(authorizerOf({ ...request, settings })).toEqual({ lambda: { tenant: "shop" } });
  });

  it("is not there at all when there is none", () => {
    expect(authorizerOf({})).toBeUndefined();
    expect(
      authorizerOf({ settings: { authorizer: { context: {}, claimsHeader: "x-claims" } } }),
    ).toBeUndefined();
  });
});

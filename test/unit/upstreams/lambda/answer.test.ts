import { anything, assert, property, record, uint8Array, webUrl, constantFrom, option } from "fast-check";
import { describe, expect, it } from "vitest";
import { readAnswer } from "../../../../gateway/upstreams/lambda/answer.ts";
import { UpstreamError } from "../../../../gateway/upstreams/upstream.ts";

const read = (value: unknown, method = "GET") => {
  const { status, headers, body } = readAnswer(Buffer.from(JSON.stringify(value) ?? "null"), method, "2.0");
  return { status, headers, body: Buffer.isBuffer(body) ? body.toString("latin1") : "(stream)" };
};

describe("a function's answer", () => {
  it("keeps status, header names and order, with each cookie in a field of its own before the rest", () => {
    const answer = {
      statusCode: 201,
      cookies: ["a=1", "b=2"],
      headers: { "X-A": "1", "Content-Type": "text/css" },
      body: "ok",
    };
    expect(read(answer)).toEqual({
      status: 201,
      headers: [
        "set-cookie",
        "a=1",
        "set-cookie",
        "b=2",
        "X-A",
        "1",
        "Content-Type",
        "text/css",
        "content-length",
        "2",
      ],
      body: "ok",
    });
  });

  it.each([
    ["an object without statusCode", { a: 1 }, '{"a":1}'],
    ["a string", "hi", "hi"],
    ["a number", 7, "7"],
    ["null", null, "null"],
    ["a list", [1], "[1]"],
  ])("is 200 JSON when it is %s", (_what, value, body) => {
    expect(read(value)).toMatchObject({ status: 200, body });
    expect(read(value).headers.slice(0, 2)).toEqual(["content-type", "application/json"]);
  });

  it("is plain text when it has a status and no type", () => {
    expect(read({ statusCode: 200 }).headers).toEqual([
      "content-type",
      "text/plain; charset=utf-8",
      "content-length",
      "0",
    ]);
  });

  it("decodes base64 and counts the bytes itself", () => {
    const answer = {
      statusCode: 200,
      headers: { "content-length": "99" },
      isBase64Encoded: true,
      body: "AP8=",
    };
    expect(read(answer)).toMatchObject({ body: "\x00\xff" });
    expect(read(answer).headers).toContain("2");
    expect(read(answer).headers).not.toContain("99");
  });

  it("turns numbers and booleans into text, and letters beyond latin1 into UTF-8 bytes", () => {
    const answer = { statusCode: 200, headers: { a: 1, b: true, c: "\u20ac", d: null } };
    expect(read(answer).headers.slice(0, 6)).toEqual(["a", "1", "b", "true", "c", "\xe2\x82\xac"]);
  });

  it("drops what belongs to a connection", () => {
    const headers = {
      Connection: "close",
      "Transfer-Encoding": "chunked",
      "Keep-Alive": "x",
      Upgrade: "h2c",
    };
    expect(read({ statusCode: 200, headers }).headers).toEqual([
      "content-type",
      "text/plain; charset=utf-8",
      "content-length",
      "0",
    ]);
  });

  it("lets HEAD and 304 tell the length of the body that GET would get, and 204 none", () => {
    const length = { "content-length": "1234" };
    expect(read({ statusCode: 200, headers: length }, "HEAD").headers).toContain("1234");
    expect(read({ statusCode: 304, headers: length }).headers).toContain("1234");
    expect(read({ statusCode: 200 }, "HEAD").headers).not.toContain("content-length");
    expect(read({ statusCode: 304 }).headers).not.toContain("content-length");
    expect(read({ statusCode: 204, headers: length }).headers).not.toContain("content-length");
    expect(read({ statusCode: 200, headers: length, body: "four" }, "HEAD").headers).toContain("4");
  });

  it.each([
    ["no number", { "content-length": "abc" }],
    ["negative", { "content-length": -1 }],
    ["two", { "content-length": "1", "Content-Length": "2" }],
  ])("does not pass on a length for HEAD that is %s", (_what, headers) => {
    const names = read({ statusCode: 200, headers }, "HEAD").headers.map((text) => text.toLowerCase());
    expect(names).not.toContain("content-length");
  });

  it("keeps its cookies whatever its Connection field nominates", () => {
    const answer = {
      statusCode: 200,
      cookies: ["a=1"],
      headers: { Connection: "set-cookie, x-a", "X-A": "1" },
    };
    expect(read(answer).headers.slice(0, 2)).toEqual(["set-cookie", "a=1"]);
    expect(read(answer).headers).not.toContain("X-A");
  });

  it("may write its status as text, as AWS allows", () => {
    expect(read({ statusCode: "404" }).status).toBe(404);
  });

  it("says briefly what is wrong with it, however large it is", () => {
    const long = Buffer.from(JSON.stringify({ statusCode: "x".repeat(1_000_000) }));
    expect(() => readAnswer(long, "GET", "2.0")).toThrow(/^.{1,200}$/);
  });

  it.each([
    ["a status that is none", { statusCode: "banana" }],
    ["an interim status", { statusCode: 101 }],
    ["half a status", { statusCode: 200.5 }],
    ["a status in hexadecimal", { statusCode: "0xC8" }],
    ["a status with spaces", { statusCode: " 200 " }],
    ["a status that is a list", { statusCode: [200] }],
    ["a status that is null", { statusCode: null }],
    ["a status beyond all", { statusCode: 600 }],
    ["a line break in a value", { statusCode: 200, headers: { a: "x\r\nset-cookie: y=z" } }],
    ["a line break in a cookie", { statusCode: 200, cookies: ["a\nb"] }],
    ["a NUL in a value", { statusCode: 200, headers: { a: "\0" } }],
    ["a line break beyond latin1", { statusCode: 200, headers: { a: "\u20ac\n" } }],
    ["a name that is none", { statusCode: 200, headers: { "a b": "c" } }],
    ["headers that are a list", { statusCode: 200, headers: [] }],
    ["an object as a value", { statusCode: 200, headers: { a: {} } }],
    ["cookies that are text", { statusCode: 200, cookies: "a=1" }],
    ["broken base64", { statusCode: 200, isBase64Encoded: true, body: "***" }],
    ["base64 cut short", { statusCode: 200, isBase64Encoded: true, body: "AP8" }],
  ])("is none with %s", (_what, value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ kind: "bad-answer", phase: "started" }));
  });

  it("is none when it is no JSON", () => {
    expect(() => readAnswer(Buffer.from("<html>"), "GET", "2.0")).toThrow(UpstreamError);
    expect(() => readAnswer(new Uint8Array(), "GET", "2.0")).toThrow(UpstreamError);
  });

  it("is none when its bytes are no UTF-8, which decoding would hide", () => {
    const payload = Buffer.from('{"statusCode":200,"body":"caf\xe9"}', "latin1");
    expect(() => readAnswer(payload, "GET", "2.0")).toThrow(expect.objectContaining({ kind: "bad-answer" }));
  });

  it.each(["statusCode", "headers", "cookies", "body"])(
    "is none when its %s is nested beyond reason",
    (field) => {
      const nest = "[".repeat(100_000) + "]".repeat(100_000);
      const payload = Buffer.from(`{"statusCode":200,"${field}":${nest}}`);
      expect(() => readAnswer(payload, "GET", "2.0")).toThrow(
        expect.objectContaining({ kind: "bad-answer" }),
      );
    },
  );

  it("is an answer or an UpstreamError, whatever a function returns", () => {
    const fields = {
      statusCode: anything(),
      headers: anything(),
      cookies: anything(),
      body: anything(),
      isBase64Encoded: constantFrom(true, false, 1),
    };
    const payload = option(record(fields, { requiredKeys: ["statusCode"] }), { nil: webUrl() });
    assert(
      property(payload, (value) => {
        const text = JSON.stringify(value, (_key, v: unknown) => (typeof v === "bigint" ? String(v) : v));
        return answersOrRefuses(Buffer.from(text ?? ""));
      }),
    );
    assert(property(uint8Array(), answersOrRefuses));
  });
});

function answersOrRefuses(payload: Uint8Array): boolean {
  try {
    const { status, headers } = readAnswer(payload, "GET", "2.0");
    return status >= 200 && status <= 599 && !headers.some((text) => /[\0\r\n]/.test(text));
  } catch (error) {
    return error instanceof UpstreamError;
  }
}

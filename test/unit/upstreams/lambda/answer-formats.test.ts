import { describe, expect, it } from "vitest";
import type { Payload } from "../../../../gateway/routes/function-target.ts";
import { readAnswer } from "../../../../gateway/upstreams/lambda/answer.ts";

const read = (value: unknown, format: Payload) =>
  readAnswer(Buffer.from(JSON.stringify(value)), "GET", format);
const pairs = (headers: readonly string[]) =>
  headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []));

describe.each(["1.0", "alb", "alb-multi-value"] as const)("an answer in format %s", (format) => {
  it("has multi-value fields first, and of the single ones what they add", () => {
    const answer = {
      statusCode: 200,
      multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"], "X-N": [1, true] },
      headers: { "set-cookie": "b=2", "X-One": "1", "content-type": "text/css" },
    };
    expect(pairs(read(answer, format).headers)).toEqual([
      "Set-Cookie: a=1",
      "Set-Cookie: b=2",
      "X-N: 1",
      "X-N: true",
      "X-One: 1",
      "content-type: text/css",
      "content-length: 0",
    ]);
  });

  it("is none without a statusCode", () => {
    expect(() => read({ body: "x" }, format)).toThrow(expect.objectContaining({ kind: "bad-answer" }));
    expect(() => read("x", format)).toThrow(expect.objectContaining({ kind: "bad-answer" }));
  });

  it("knows no cookies beside its headers", () => {
    expect(pairs(read({ statusCode: 200, cookies: ["a=1"] }, format).headers)).not.toContain(
      "set-cookie: a=1",
    );
  });

  it.each([
    ["a list where an object belongs", { statusCode: 200, multiValueHeaders: [] }],
    ["a value that splits", { statusCode: 200, multiValueHeaders: { a: ["b", "c\r\nd"] } }],
    ["a value that is no text", { statusCode: 200, multiValueHeaders: { a: [{}] } }],
  ])("is none with %s", (_what, answer) => {
    expect(() => read(answer, format)).toThrow(expect.objectContaining({ kind: "bad-answer" }));
  });
});

describe("an answer that does not say what it is", () => {
  it.each([
    ["2.0", "text/plain; charset=utf-8"],
    ["1.0", "application/json"],
    ["alb", "application/octet-stream"],
    ["alb-multi-value", "application/octet-stream"],
  ] as const)("is in format %s said to be %s", (format, type) => {
    expect(pairs(read({ statusCode: 200 }, format).headers)).toContain(`content-type: ${type}`);
  });
});

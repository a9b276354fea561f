import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replaceIds } from "../../../gateway/replay/replace-ids.ts";

const NAMES = new Map([
  ["ord-1", "ord-77"],
  ["1001", "2002"],
  ["redacted:abcdefghijkl", "eyJ.a1/b+c=="],
]);
const nameOf = (id: string) => NAMES.get(id);
const replaced = (parts: { target?: string; headers?: string[]; body?: string | Buffer }) => {
  const { target = "/", headers = [], body = "" } = parts;
  const result = replaceIds({ target, headers, body: Buffer.from(body) }, nameOf);
  return { ...result, body: result.body.toString() };
};

describe("a request of which ids are replaced", () => {
  it.each([
    ["/api/orders/ord-1/lines", "/api/orders/ord-77/lines"],
    ["/api/orders/ord%2D1", "/api/orders/ord-77"],
    ["/o/1001?next=ord-1&n=1001", "/o/2002?next=ord-77&n=2002"],
    ["/t/redacted:abcdefghijkl", "/t/eyJ.a1%2Fb%2Bc%3D%3D"],
    ["/api/orders/ord-12/xord-1?a=ord-1,ord-2&ord-1=x", "/api/orders/ord-12/xord-1?a=ord-1,ord-2&ord-1=x"],
    ["/%zz/?&&=&a", "/%zz/?&&=&a"],
  ])("goes to %s as %s", (target, expected) => {
    expect(replaced({ target }).target).toBe(expected);
  });

  it("has them in strings and numbers of JSON, and is not a byte different elsewhere", () => {
    const body =
      '{ "ord-1" : "ord-1",\n"n":1001, "s":"1001","t":"say ord-1","m":[1001.0, 10010,"\\u006frd-1"] }';
    const headers = ["Content-Type", "application/json"];
    expect(replaced({ headers, body }).body).toBe(
      '{ "ord-1" : "ord-77",\n"n":2002, "s":"2002","t":"say ord-1","m":[1001.0, 10010,"ord-77"] }',
    );
  });

  it("has them in forms", () => {
    const headers = ["content-type", "application/x-www-form-urlencoded; charset=utf-8"];
    expect(replaced({ headers, body: "order=ord-1&n=1001&t=ord-1+x" }).body).toBe(
      "order=ord-77&n=2002&t=ord-1+x",
    );
  });

  it("has them in header fields, as whole words", () => {
    const headers = [
      "Authorization",
      "Bearer redacted:abcdefghijkl",
      "Cookie",
      "a=ord-1; b=xord-1",
      "If-Match",
      'W/"ord-1"',
    ];
    const others = ["Host", "ord-1", "ord-1", "x"];
    const expected = headers.join("|").replaceAll("=ord-1", "=ord-77").replaceAll('"ord-1"', '"ord-77"');
    expect(replaced({ headers: [...headers, ...others] }).headers).toEqual([
      ...expected.replace("redacted:abcdefghijkl", "eyJ.a1/b+c==").split("|"),
      ...others,
    ]);
  });

  it("is what it was, whatever it is, when it holds none", () => {
    const requests = fc.record({
      target: fc.webPath().map((path) => `/${path}`),
      headers: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }).map((pairs) => pairs.flat()),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.json().map((text) => Buffer.from(text)),
      ),
    });
    fc.assert(
      fc.property(requests, (request) => {
        expect(replaceIds(request, () => undefined)).toEqual(request);
      }),
    );
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answeredBadly } from "../support/problem.ts";
import { probed, probing, ranAndFailed } from "../support/probing.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** Functions that run to their end and return what is no answer, or not quite: as AWS's runtime client writes it. */

const routes = [
  probed("/api/echo/x", "{ lambda: probe }", 40),
  probed("/api/echo/rest", '{ lambda: probe, payload: "1.0" }', 10),
  probed("/api/echo/unstreamed", "{ lambda: probe, qualifier: streaming }", 10),
].join("\n");

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(routes);
});
afterAll(() => stack.close());

const { begin, ask, journal, finished, outcomeOf } = probing(() => stack);
beforeEach(begin);

describe("a function that answers with what is no answer", () => {
  const no = ranAndFailed("bad-answer", answeredBadly);
  const json = (base: string, value: string) => outcomeOf(base, "json", 0, { "x-probe-json": value });

  it.each(["99", "100", "103", "199", "600", "1000", "-200", "0", "200.5", "1e400"])(
    "statusCode %s: legacy answers a GET, and no write goes anywhere else",
    async (status) => {
      expect(await json("/api/echo/x", `{"statusCode":${status},"body":"leak"}`)).toEqual(no);
    },
  );

  it.each(['""', '"abc"', '" 200"', '"2e2"', "null", "true", "[200]", "{}"])(
    "statusCode %s: the same",
    async (status) => {
      expect(await json("/api/echo/x", `{"statusCode":${status},"body":"leak"}`)).toEqual(no);
    },
  );

  it.each([
    '"headers":[]',
    '"headers":"x"',
    '"headers":{"a b":"c"}',
    '"headers":{"":"c"}',
    '"headers":{"x":"a\\nb"}',
    '"headers":{"x":"\\u0000"}',
    '"headers":{"x":{}}',
    '"headers":{"x":["a"]}',
    '"cookies":"a=1"',
    '"cookies":["a=1\\r\\nset-cookie: b=2"]',
    '"cookies":[7,{}]',
    '"isBase64Encoded":true,"body":"leak!"',
    '"isBase64Encoded":true,"body":{}',
  ])("%s: the same", async (part) => {
    expect(await json("/api/echo/x", `{"statusCode":200,${part}}`)).toEqual(no);
  });

  it.each(["null", "7", "true", '"text"', "[]", "{}", '{"body":"x"}'])(
    "%s, where the format infers nothing: the same",
    async (value) => {
      expect(await json("/api/echo/rest", value)).toEqual(no);
    },
  );

  const byHand = (text: string) => outcomeOf("/api/echo/unstreamed", "by-hand", 0, { "x-probe-text": text });

  it.each(["no JSON", '{"statusCode":', '{"statusCode":20\\0\\0\\0\\0\\0\\0\\0\\0x'])(
    "the bytes %j: the same",
    async (text) => {
      expect(await byHand(text)).toEqual(no);
    },
  );

  it("no bytes at all: the same", async () => {
    expect(await byHand("")).toEqual(no);
  });
  it("a function, which the runtime writes as no bytes: the same", async () => {
    expect(await outcomeOf("/api/echo/x", "function")).toEqual(no);
  });
});

describe("a function that answers without saying how", () => {
  it.each([
    ["undefined", "null"],
    ["null", "null"],
    ["object", '{"no":"statusCode"}'],
    ["string", "only a string"],
  ])("with %s: where the format infers an answer, it is a 200", async (probe, text) => {
    for (const method of ["GET", "POST"]) {
      const answer = await ask(method, "/api/echo/x/write", probe);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
      expect(await answer.text()).toBe(text);
    }
    const own = { answeredBy: "function", fallbackFrom: null };
    expect(await finished(2)).toMatchObject([own, own]);
    expect(journal()).toEqual(["function", "function"]);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodedBytes, paramsOf, parsePattern } from "../../../gateway/routes/pattern.ts";
import { patternOf } from "./route-of.ts";

const problemOf = (text: string) => {
  const pattern = parsePattern(text);
  return "problem" in pattern ? `${pattern.problem}; ${pattern.hint}` : null;
};

describe("a path template", () => {
  test("is literals, params and one tail at the end", () => {
    expect(patternOf("/files/{owner}/{rest*}").segments).toEqual([
      { kind: "literal", bytes: "files" },
      { kind: "param", name: "owner" },
      { kind: "tail", name: "rest" },
    ]);
  });

  test("may be the root, and may end with a slash", () => {
    expect(patternOf("/").segments).toEqual([{ kind: "literal", bytes: "" }]);
    expect(patternOf("/a/").segments.at(-1)).toEqual({ kind: "literal", bytes: "" });
  });

  test("spells its literals as bytes, so that escapes and UTF-8 are one", () => {
    expect(patternOf("/caf%C3%A9").segments).toEqual(patternOf("/café").segments);
    expect(patternOf("/%6Frders").segments).toEqual(patternOf("/orders").segments);
    expect(patternOf("/a%2Fb").segments).toEqual([{ kind: "literal", bytes: "a/b" }]);
  });

  test.each([
    ["api/orders", "starts with `/`", 'write "/api/orders"'],
    ["", "starts with `/`", ""],
    ["/a?b=1", "no `?`", "any query matches"],
    ["/a#b", "no `#`", "never reach a server"],
    ["/a//b", "no `//`", "remove the empty segment"],
    ["/{id}/{id}", "{id} is used twice", "its own name"],
    ["/{id}.json", "braces take a whole segment", "{name}"],
    ["/v{id}", "braces take a whole segment", ""],
    ["/{a}{b}", "braces take a whole segment", ""],
    ["/{id", "braces take a whole segment", ""],
    ["/}{", "braces take a whole segment", ""],
    ["/{}", "param's name", "{id}"],
    ["/{1st}", "param's name", ""],
    ["/{*}", "param's name", "{rest*}"],
    ["/{rest*}/x", "rest of the path", "last segment"],
    ["/{rest*}/", "rest of the path", "last segment"],
    ["/files/*", "no wildcard", "{rest*}"],
    ["/a/../b", "no dot segments", ""],
    ["/a/%2e%2E/b", "no dot segments", ""],
    ["/a%2f..", "no dot segments", ""],
    ["/a/..;x=1", "no dot segments", ""],
    ["/100%", "two-digit hex", "%25"],
    ["/a\nb", "no control characters", ""],
    ["/a%00", "no control characters", ""],
    [`/${"a/".repeat(64)}`, "at most 64 segments", ""],
  ])("refuses %j and says what to write", (text, problem, hint) => {
    expect(problemOf(text)).toContain(problem);
    expect(problemOf(text)).toContain(hint);
  });

  test("never throws, whatever the text", () => {
    const pieces = ["/", "{", "}", "*", "%", ".", ";", "\\", "2e", "2F", "a", "é"];
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(...pieces) }));
    fc.assert(
      fc.property(text, (tail) => {
        const pattern = parsePattern(`/${tail}`);
        expect("segments" in pattern ? pattern.text : pattern.problem).not.toBe("");
      }),
    );
  });
});

describe("the params of a path", () => {
  const idOf = (raw: string) => paramsOf(patternOf("/x/{id}"), `/x/${raw}`)["id"];

  test("are decoded as UTF-8, escaped or not", () => {
    expect(idOf("a%20b")).toBe("a b");
    expect(idOf("caf%C3%A9")).toBe("café");
    expect(idOf(Buffer.from("café").toString("latin1"))).toBe("café");
    expect(idOf("a%2Fb")).toBe("a/b");
    expect(idOf("a+b")).toBe("a+b");
  });

  test("stay raw when their bytes are no UTF-8", () => {
    expect(idOf("%FF")).toBe("%FF");
    expect(idOf("a%20\xff")).toBe("a%20\xff");
  });

  test("hold the rest of the path for a tail", () => {
    expect(paramsOf(patternOf("/f/{owner}/{rest*}"), "/f/me/a/b%20c/")).toEqual({
      owner: "me",
      rest: "a/b c/",
    });
  });

  test("have no prototype, so that every name is a name", () => {
    const params = paramsOf(patternOf("/{__proto__}/{constructor}"), "/a/b");
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(Object.entries(params)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });
});

test("every byte survives escaping and decoding", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const raw = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
      expect(decodedBytes(raw)).toBe(Buffer.from(bytes).toString("latin1"));
    }),
  );
});

test("a broken escape is left as it is", () => {
  expect(decodedBytes("%zz%4%")).toBe("%zz%4%");
  expect(decodedBytes("%%41")).toBe("%A");
});

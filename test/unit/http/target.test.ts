import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTarget } from "../../../gateway/http/target.ts";

describe("a request target", () => {
  it.each([
    "/",
    "/a%2Fb",
    "/a%20b?x=%2F&y=+",
    "/?",
    "/caf\u00c3\u00a9",
    "/it's;v=1",
    "/a//b/",
    "/.well-known/x",
    "/a...b",
  ])("keeps every byte of %s", (raw) => expect(parseTarget(raw)).toMatchObject({ raw }));

  it("tells an empty query from none", () => {
    expect(parseTarget("/a?")).toMatchObject({ path: "/a", query: "" });
    expect(parseTarget("/a")).toMatchObject({ path: "/a", query: null });
    expect(parseTarget("/a?b?c")).toMatchObject({ path: "/a", query: "b?c" });
  });

  it.each([
    "/a/../b",
    "/..",
    "/./a",
    "/a/%2e%2E/b",
    "/a/.%2e",
    "/a\\..\\b",
    "/a%5c..%5cb",
    "/a/..%2fb",
    "/a/..;x/b",
  ])("refuses the dot segments of %s", (raw) => expect(parseTarget(raw)).toBe("dot-segment"));

  it.each([
    ["", "empty"],
    ["a/b", "not-origin-form"],
    ["/a%zz", "bad-escape"],
    ["/a%2", "bad-escape"],
    ["/a%00", "control-byte"],
    ["/a\u0001", "control-byte"],
    ["/a?b\u007f", "control-byte"],
    ["/a#b", "fragment"],
  ])("refuses %j as %s", (raw, problem) => expect(parseTarget(raw)).toBe(problem));

  it("leaves dots in a query alone", () => {
    expect(parseTarget("/a?next=../b")).toMatchObject({ query: "next=../b" });
  });

  it("either keeps the bytes or names a problem, whatever it is given", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        const target = parseTarget(`/${text}`);
        if (typeof target === "string") return target !== "empty";
        return target.path + (target.query === null ? "" : `?${target.query}`) === `/${text}`;
      }),
    );
  });
});

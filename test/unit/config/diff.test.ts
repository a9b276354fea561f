import { expect, it } from "vitest";
import { configDiff } from "../../../gateway/config/diff.ts";
import { diffText } from "../../../gateway/cli/config-diff.ts";
import { configOf, fileWith } from "./load-text.ts";

const A = 'a: { match: { path: "/a/{id}" }, function: { lambda: f }, timeout: 3s }';
const diff = (before: string, after: string) =>
  configDiff(configOf(fileWith(before)), configOf(fileWith(after)), () => 120);

it("is nothing between a file and itself", () => {
  expect(diffText(diff(A, A))).toBe("no difference");
});

it("names each value that changed", () => {
  expect(diffText(diff(A, A.replace("3s", "5s")))).toBe('~ routes.a.timeout: "3s" → "5s"');
  expect(diffText(diff(A, A.replace(", timeout: 3s", "")))).toBe('~ routes.a.timeout: "3s" → (none)');
});

it("says who answered the requests of a new route", () => {
  const more = "b: { match: { path: /a/special }, function: { lambda: f } }";
  expect(diffText(diff(A, `${A}\n${more}`))).toBe("+ b\nb: new, in legacy; takes requests from a");
  const other = "b: { match: { path: /b }, function: { lambda: f } }";
  expect(diffText(diff(A, `${A}\n${other}`))).toMatch(/legacy answers these requests now, without a route/);
});

it("says where the requests of a removed route go", () => {
  expect(diffText(diff(A, "{}"))).toBe(
    "- a\na: removed; its requests go to legacy, and its flag means nothing any more (120 a minute now)",
  );
});

it("says when a route loses its requests to another", () => {
  const all = 'z: { match: { path: "/{rest*}" }, function: { lambda: f } }';
  const hidden = 'a: { match: { path: "/a/{id}", method: PUT }, function: { lambda: f }, timeout: 3s }';
  expect(diff(`${A}\n${all}`, `${hidden}\n${all}`).effects).toEqual([]);
  const moved = A.replace("/a/{id}", "/A/{id}");
  expect(
    diff(A, `${moved}\nb: { match: { path: "/A/banyan-sample" }, function: { lambda: f } }`).effects,
  ).toEqual([expect.stringContaining("b: new")]);
});

import { expect, test } from "vitest";
import { conflicts } from "../../../gateway/routes/conflicts.ts";
import { routeOf } from "./route-of.ts";

const conflictsOf = (...routes: string[]) =>
  conflicts(routes.map(routeOf)).map(({ kind, route, earlier }) => [
    kind,
    route.id,
    earlier.map(({ id }) => id),
  ]);

test("a route whose every method is taken is unreachable, whatever its params are called", () => {
  expect(conflictsOf("GET,PUT * /a/{x}", "PUT * /a/{y}")).toEqual([
    ["unreachable", "PUT * /a/{y}", ["GET,PUT * /a/{x}"]],
  ]);
  expect(conflictsOf("* * /a/{x*}", "* * /a/{y*}")).toEqual([
    ["unreachable", "* * /a/{y*}", ["* * /a/{x*}"]],
  ]);
});

test("several routes together can take everything", () => {
  expect(conflictsOf("GET * /a", "PUT * /a", "GET,PUT * /a")).toEqual([
    ["unreachable", "GET,PUT * /a", ["GET * /a", "PUT * /a"]],
  ]);
});

test("routes that share some methods overlap", () => {
  expect(conflictsOf("GET,PUT * /a", "PUT,POST * /a")).toEqual([
    ["overlap", "PUT,POST * /a", ["GET,PUT * /a"]],
  ]);
});

test("spelling a literal differently does not tell routes apart", () => {
  expect(conflictsOf("GET * /orders", "GET * /%6Frders")).toHaveLength(1);
});

test("routes that differ in how specific they are do not conflict", () => {
  const routes = [
    "GET * /a",
    "HEAD * /a",
    "* * /a",
    "GET h /a",
    "GET *.h /a",
    "GET * /{x}",
    "GET * /{x*}",
    "GET * /a/",
  ];
  expect(conflictsOf(...routes)).toEqual([]);
});

test("a literal that looks like a param is not one", () => {
  expect(conflictsOf("GET * /{x}", "GET * /%7Bx%7D", "GET * /a%2Fb", "GET * /a/b")).toEqual([]);
});

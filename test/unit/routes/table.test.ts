import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routeTable } from "../../../gateway/routes/table.ts";
import { routeOf, targetOf } from "./route-of.ts";

/** Ids of everything that matches, best first. */
function matchesOf(routes: readonly string[], request: string): string[] {
  const [method = "", host = "", path = ""] = request.split(" ");
  const table = routeTable(routes.map(routeOf));
  const found = table.matches(method, host, targetOf(path)).map(({ route }) => route.id);
  expect(table.match(method, host, targetOf(path))?.route.id).toBe(found[0]);
  return found;
}

describe("the most specific route comes first", () => {
  test("by host: exact, then the longest suffix, then any", () => {
    const routes = ["* * /a", "* *.example.com /a", "* *.shop.example.com /a", "* eu.shop.example.com /a"];
    expect(matchesOf(routes, "GET eu.shop.example.com /a")).toEqual(routes.toReversed());
    expect(matchesOf(routes, "GET x.example.com /a")).toEqual(["* *.example.com /a", "* * /a"]);
    expect(matchesOf(routes, "GET example.com /a")).toEqual(["* * /a"]);
  });

  test("by segment: literal, then param, then tail, from the left", () => {
    const routes = ["* * /{x*}", "* * /{x}/b", "* * /a/{x*}", "* * /a/{x}", "* * /a/b"];
    expect(matchesOf(routes, "GET h /a/b")).toEqual(routes.toReversed());
    expect(matchesOf(routes, "GET h /c/b")).toEqual(["* * /{x}/b", "* * /{x*}"]);
  });

  test("by method: a named one before any", () => {
    expect(matchesOf(["* * /a", "GET * /a"], "GET h /a")).toEqual(["GET * /a", "* * /a"]);
    expect(matchesOf(["* * /a", "GET * /a"], "PUT h /a")).toEqual(["* * /a"]);
  });

  test("a host counts more than a path, and a path more than a method", () => {
    expect(matchesOf(["GET * /a", "* h /{x}"], "GET h /a")).toEqual(["* h /{x}", "GET * /a"]);
    expect(matchesOf(["GET * /{x}", "* * /a"], "GET h /a")).toEqual(["* * /a", "GET * /{x}"]);
  });

  test("a better path that does not take the method gives way", () => {
    expect(matchesOf(["POST * /a/b", "GET * /a/{x}"], "GET h /a/b")).toEqual(["GET * /a/{x}"]);
  });
});

test("GET takes HEAD, unless the same path has a HEAD route", () => {
  expect(matchesOf(["GET * /a"], "HEAD h /a")).toEqual(["GET * /a"]);
  expect(matchesOf(["GET * /a", "HEAD * /a"], "HEAD h /a")).toEqual(["HEAD * /a"]);
  expect(matchesOf(["GET * /a", "HEAD * /{x}"], "HEAD h /a")).toEqual(["GET * /a", "HEAD * /{x}"]);
  expect(matchesOf(["HEAD * /a"], "GET h /a")).toEqual([]);
});

test.each(["shop.example.com", "SHOP.example.com:8080", "shop.example.com.", "Shop.Example.Com.:443"])(
  "the host %s is shop.example.com",
  (host) => expect(matchesOf(["* shop.example.com /a"], `GET ${host} /a`)).toHaveLength(1),
);

test("an IPv6 host keeps its colons and loses its port", () => {
  expect(matchesOf(["* [::1] /a"], "GET [::1]:8080 /a")).toHaveLength(1);
});

describe("in doubt a request matches nothing", () => {
  test.each([
    ["/orders/{id}", "/orders/"],
    ["/orders/{id}", "/orders//"],
    ["/orders/{id}", "/orders/1/"],
    ["/orders/{id}", "//orders/1"],
    ["/orders/{id}/lines", "/orders//lines"],
    ["/orders", "/orders/"],
    ["/orders/", "/orders"],
    ["/orders", "/Orders"],
    ["/files/{rest*}", "/files"],
    ["/files/{rest*}", "/files/"],
    ["/files/{rest*}", "/files//a"],
    ["/a/b", "/a%2Fb"],
    ["/a%2Fb", "/a/b"],
    ["/a", "/a;v=1"],
    ["/", "//"],
  ])("%s is not %s", (pattern, path) => expect(matchesOf([`* * ${pattern}`], `GET h ${path}`)).toEqual([]));

  test("OPTIONS * is about the server, and no route's", () => {
    const server = { raw: "*", path: "*", query: null };
    expect(routeTable([routeOf("* * /{x*}")]).match("OPTIONS", "h", server)).toBeNull();
  });
});

describe("a segment is compared by its bytes", () => {
  test.each([
    ["/orders", "/%6Frder%73?x=/y"],
    ["/café", "/caf%c3%a9"],
    ["/café", `/${Buffer.from("café").toString("latin1")}`],
    ["/a%2Fb", "/a%2fb"],
    ["/a%2Fb", "/a%2Fb"],
    ["/{id}", "/a%2Fb"],
    ["/{rest*}", "/a%2Fb/c/"],
    ["/", "/"],
    ["/a/", "/a/"],
  ])("%s is %s", (pattern, path) => expect(matchesOf([`* * ${pattern}`], `GET h ${path}`)).toHaveLength(1));
});

test("a match carries its params", () => {
  const table = routeTable([routeOf("GET * /orders/{id}/{rest*}")]);
  const match = table.match("GET", "h", targetOf("/orders/a%20b/x/y?q"));
  expect(match?.params).toEqual({ id: "a b", rest: "x/y" });
});

const SEGMENTS = ["a", "b", "c", "{x}", "{y}"];
const METHODS = ["*", "GET", "POST", "HEAD"];
const HOSTS = ["*", "h.io", "*.io", "*.h.io"];

const routeText = fc
  .tuple(
    fc.constantFrom(...METHODS),
    fc.constantFrom(...HOSTS),
    fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 4 }),
    fc.constantFrom("", "/", "/{tail*}"),
  )
  .map(
    ([method, host, segments, end]) =>
      `${method} ${host} /${segments.join("/")}${segments.length > 0 ? end : ""}`,
  )
  .filter(
    (text) =>
      text.indexOf("{x}") === text.lastIndexOf("{x}") && text.indexOf("{y}") === text.lastIndexOf("{y}"),
  );

/** Slow and plain: rank each route alone, then sort. Lower ranks are more specific; null means no match. */
function naiveRank(
  text: string,
  method: string,
  host: string,
  path: string,
  all: readonly string[],
): string | null {
  const [methods = "", hosts = "", template = ""] = text.split(" ");
  const head = method === "HEAD" && methods === "GET" && !all.includes(`HEAD ${hosts} ${template}`);
  const shapeTaken = all.some((other) => {
    const [otherMethod, otherHost, otherPath = ""] = other.split(" ");
    return otherMethod === "HEAD" && otherHost === hosts && shapeOf(otherPath) === shapeOf(template);
  });
  if (methods !== "*" && methods !== method && !(head && !shapeTaken)) return null;
  if (hosts !== "*" && hosts !== host && !(hosts.startsWith("*.") && host.endsWith(hosts.slice(1))))
    return null;
  const hostRank = hosts === host ? "0" : hosts === "*" ? "9" : String(8 - hosts.length / 2);
  const wanted = template.slice(1).split("/");
  const given = path.slice(1).split("/");
  const tail = wanted.at(-1) === "{tail*}";
  if (tail ? given.length < wanted.length : given.length !== wanted.length) return null;
  let pathRank = "";
  for (const [index, want] of wanted.entries()) {
    const got = given[index];
    const kind = want === "{tail*}" ? "2" : want.startsWith("{") ? "1" : "0";
    if (kind === "0" ? want !== got : got === "") return null;
    pathRank += kind;
  }
  return `${hostRank} ${pathRank} ${methods === "*" ? "1" : "0"}`;
}

function shapeOf(template: string): string {
  return template.replaceAll(/\{[xy]\}/g, "{}");
}

test("the trie finds what a plain search over all routes finds, in the same order", () => {
  const requests = fc.record({
    method: fc.constantFrom("GET", "POST", "HEAD"),
    host: fc.constantFrom("h.io", "x.io", "x.h.io", "other"),
    path: fc
      .array(fc.constantFrom("a", "b", "c", "d", ""), { maxLength: 6 })
      .map((parts) => `/${parts.join("/")}`),
  });
  const tables = fc.uniqueArray(routeText, { maxLength: 25, selector: (text) => shapeOf(text) });
  fc.assert(
    fc.property(tables, requests, (texts, { method, host, path }) => {
      const expected = texts
        .map((text) => ({ text, rank: naiveRank(text, method, host, path, texts) }))
        .filter(({ rank }) => rank !== null)
        .sort((a, b) => ((a.rank ?? "") < (b.rank ?? "") ? -1 : 1));
      const found = matchesOf(texts, `${method} ${host} ${path}`);
      expect(found).toEqual(expected.map(({ text }) => text));
    }),
    { numRuns: 2000 },
  );
});

test("no bytes make a search throw", () => {
  const table = routeTable(["* * /a/{x}", "GET *.h /{x*}", "* h /b"].map(routeOf));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (host, path) => {
      const target = { raw: path, path, query: null };
      expect(table.matches("GET", host, target).length).toBeLessThanOrEqual(3);
    }),
  );
});

describe("the cost of a match", () => {
  function visitsFor(routes: readonly string[], path: string): number {
    let visits = 0;
    const table = routeTable(routes.map(routeOf), (visited) => (visits = visited));
    table.match("GET", "h", targetOf(path));
    return visits;
  }

  test("does not grow with the number of routes", () => {
    const routes = (count: number) =>
      Array.from({ length: count }, (_, index) => `GET * /api/things${index}/{id}`);
    expect(visitsFor(routes(5000), "/api/things7/1")).toBe(visitsFor(routes(10), "/api/things7/1"));
  });

  test("grows linearly with the path, also for the worst of templates", () => {
    const worst = (depth: number) => [`GET * /${"a/".repeat(depth)}b`, "GET * /{x*}"];
    const visits = [10, 20, 40].map((depth) => visitsFor(worst(depth), `/${"a/".repeat(depth)}c`));
    expect(visits).toEqual([11, 21, 41]);
  });

  test("is never more than one visit a node, however much is tried", () => {
    const bits = Array.from({ length: 64 }, (_, number) => number.toString(2).padStart(6, "0"));
    const routes = bits.map(
      (text) =>
        `POST * /${text
          .split("")
          .map((bit, i) => (bit === "0" ? "a" : `{p${i}}`))
          .join("/")}`,
    );
    const nodes = 2 ** 7 - 1;
    expect(visitsFor(routes, "/a/a/a/a/a/a")).toBe(nodes);
    expect(visitsFor(routes, `/${"a/".repeat(5000)}`)).toBeLessThanOrEqual(nodes);
  });
});

import * as fc from "fast-check";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../gateway/config/load.ts";
import { UNSAID } from "../../../gateway/cli/init-options.ts";
import type { Candidate } from "../../../gateway/scaffold/proposal.ts";
import { proposalOf } from "../../../gateway/scaffold/proposal-of.ts";
import { idFrom, UniqueIds } from "../../../gateway/scaffold/route-id.ts";
import { routesYaml } from "../../../gateway/scaffold/routes-yaml.ts";

function candidate(changes: Partial<Candidate>): Candidate {
  return { method: "GET", path: "/x", note: "", name: "", ...changes };
}

/** The file that these make, which has to be valid and without a warning. */
function written(candidates: readonly Candidate[]) {
  const proposal = proposalOf(candidates);
  const file = routesYaml(UNSAID, proposal);
  const loaded = loadConfig(file.text, "routes.yaml", {});
  expect("problems" in loaded ? loaded.problems : loaded.config.warnings).toEqual([]);
  return { ...file, ...proposal, config: "config" in loaded ? loaded.config : null };
}

describe("a routes.yaml that is written", () => {
  it("has each route in legacy, and writes as comments that are valid once they are none", () => {
    const { text, config, declared, commented } = written([
      candidate({ path: "/orders/{id}", name: "getOrder", note: "One order" }),
      candidate({ method: "POST", path: "/orders", name: "placeOrder", note: "Buys" }),
    ]);
    expect([declared, commented]).toEqual([1, 1]);
    expect(config?.routes.map(({ id, stage }) => [id, stage])).toEqual([["get-order", "legacy"]]);
    const uncommented = text.replaceAll(/^ {2}# (?= *(?:place-order:|match:|function:|stage:))/gm, "  ");
    const loaded = loadConfig(uncommented, "routes.yaml", {});
    expect("config" in loaded && loaded.config.routes.map(({ id }) => id)).toEqual([
      "get-order",
      "place-order",
    ]);
  });

  it("names flags in AppConfig, whatever their names are", () => {
    const flags = { source: "appconfig", application: 'a"b: #', environment: "prod", profile: "p" } as const;
    const { text } = routesYaml({ ...UNSAID, flags }, { routes: [], leftOut: [] });
    expect(parse(text)).toMatchObject({ flags });
    expect("config" in loadConfig(text, "routes.yaml", {})).toBe(true);
  });

  it("leaves out what cannot be a route, and says why at its end", () => {
    const { text, routes } = written([
      candidate({ path: "no/slash" }),
      candidate({ path: "/a/../b" }),
      candidate({ path: `/${"x".repeat(600)}` }),
      candidate({ method: "BREW" }),
      candidate({ path: "/orders/{id}", name: "one" }),
      candidate({ path: "/orders/{number}", name: "same" }),
      candidate({ method: "HEAD", path: "/orders/{id}" }),
    ]);
    expect(routes.map(({ id }) => id)).toEqual(["one"]);
    expect(text).toContain("# GET /orders/{number}: wants the same requests as one");
    expect(text.match(/^# (?:GET|BREW) /gm)).toHaveLength(5);
  });

  it("stays within what a file may have, however many there are", () => {
    const many = Array.from({ length: 3_000 }, (_, n) => candidate({ path: `/r/${n}/${"x".repeat(450)}` }));
    const { text, declared, config } = written(many);
    expect(config?.routes).toHaveLength(declared);
    expect(declared).toBeGreaterThan(1_000);
    expect(text).toMatch(/# and \d+ more routes, for size\n$/);
  });

  it("is valid whatever names, paths and notes come from outside", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom(
        "__proto__",
        "constructor",
        "\n  evil:\n    stage: cutover",
        "${HOME}",
        "${",
        "*",
        "#",
        "a: b",
        "é/ß",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            method: fc.constantFrom("GET", "POST", "DELETE", "get", ""),
            path: nasty.map((p) => `/${p}`),
            note: nasty,
            name: nasty,
          }),
          { maxLength: 12 },
        ),
        (candidates) => {
          const { config } = written(
            candidates.map((one) => ({ ...one, path: one.path.replaceAll("${", "{") })),
          );
          expect(config?.routes.every(({ stage }) => stage === "legacy")).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("ids", () => {
  it.each([
    ["getOrderById", "get-order-by-id"],
    ["List HTTPServers", "list-http-servers"],
    ["/v2/Ümläut_x", "v2-umlaut-x"],
    ["__proto__", "proto"],
    ["日本", null],
    ["x".repeat(100), "x".repeat(64)],
  ])("are made of %j", (text, id) => expect(idFrom(text)).toBe(id));

  it("are told apart by numbers, without growing too long", () => {
    const ids = new UniqueIds();
    const long = "x".repeat(64);
    expect(["a", "a-2", "a", "a", long, long].map((id) => ids.take(id))).toEqual([
      "a",
      "a-2",
      "a-3",
      "a-4",
      long,
      `${"x".repeat(62)}-2`,
    ]);
  });
});

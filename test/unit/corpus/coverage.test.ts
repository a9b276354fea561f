import { describe, expect, it } from "vitest";
import { Coverage, coverageOf } from "../../../gateway/corpus/coverage.ts";
import { entry, HEAD, itemsFrom } from "../../support/corpora/items.ts";

const ROUTES = [
  { id: "orders", methods: ["GET", "POST"] },
  { id: "anything", methods: null },
  { id: "never", methods: ["DELETE"] },
];
const asked = (route: string | null, method: string, status: number | null) =>
  entry({
    route,
    request: { ...entry().request, method },
    answer:
      status === null
        ? null
        : { status, headers: [], body: Buffer.alloc(0), isWhole: true, durationMs: null },
  });

describe("the coverage of a corpus", () => {
  it("tells what was met and what was missed, route by route", async () => {
    const entries = [
      asked("orders", "GET", 200),
      asked("orders", "GET", 404),
      asked("orders", "GET", null),
      asked(null, "GET", 200),
    ];
    const items = [HEAD, ...entries.map((one) => ({ kind: "entry", entry: one }) as const)];
    expect(await coverageOf(itemsFrom(items), ROUTES)).toEqual({
      routes: [
        {
          route: "orders",
          requests: 3,
          methods: new Map([
            ["GET", 3],
            ["POST", 0],
          ]),
          statuses: new Map([
            [200, 1],
            [404, 1],
          ]),
          missedClasses: ["3xx", "5xx"],
          unanswered: 1,
        },
        expect.objectContaining({
          route: "anything",
          requests: 0,
          missedClasses: ["2xx", "3xx", "4xx", "5xx"],
        }),
        expect.objectContaining({ route: "never", methods: new Map([["DELETE", 0]]) }),
      ],
      elsewhere: 1,
    });
  });

  it("finds the route of what does not name it", () => {
    const coverage = new Coverage(ROUTES, ({ request }) => (request.method === "POST" ? "orders" : null));
    coverage.add(asked(null, "POST", 201));
    coverage.add(asked("gone", "GET", 200));
    expect(coverage.table()).toMatchObject({
      routes: [{ requests: 1 }, { requests: 0 }, { requests: 0 }],
      elsewhere: 1,
    });
  });

  it("does not grow with the methods that clients make up", () => {
    const coverage = new Coverage(ROUTES);
    for (let n = 0; n < 1000; n += 1) coverage.add(asked("anything", `M${n}`, 200));
    const { methods } = coverage.table().routes[1]!;
    expect(methods.size).toBeLessThan(25);
    expect(methods.get("other")).toBeGreaterThan(900);
  });
});

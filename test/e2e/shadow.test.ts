import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diffs } from "../../gateway/admin/contract.ts";
import { startStack, type Stack } from "../support/stack.ts";

const routes = `
  get-order: { match: { method: GET, path: "/api/orders/{id}" }, function: { lambda: get-order, qualifier: defect }, stage: shadow, shadow: { secondary: 100 } }
  get-basket: { match: { method: GET, path: /api/basket }, function: { lambda: baskets }, stage: cutover }
  checkout: { match: { method: POST, path: /api/checkout }, function: { lambda: checkout }, stage: shadow, shadow: { writes: skip } }
`;

/** Orders of the demo whose discount the defective version rounds the wrong way. */
const ORDERS = Array.from({ length: 120 }, (_, i) => 1001 + i);

describe("a route in shadow", () => {
  let stack: Stack;
  beforeAll(async () => {
    // A busy machine is no reason to leave copies out here.
    stack = await startStack(routes, "mirror: { lag: 1m }");
  });
  afterAll(() => stack.close());

  const diffs = async (query = ""): Promise<Diffs> => {
    const answer = await fetch(`${stack.adminUrl}/api/diffs?${query}`);
    return (await answer.json()) as Diffs;
  };
  const droppedOf = async (route: string) => (await diffs(`route=${route}`)).evidence[0]?.dropped;

  it(
    "is answered by legacy, and its differences are found at their place",
    { timeout: 120_000 },
    async () => {
      for (const id of ORDERS) {
        const answer = await fetch(`${stack.url}/api/orders/${id}`);
        expect(answer.status).toBe(200);
        expect(answer.headers.get("x-banyan-shadow")).toBeNull();
        await answer.text();
      }
      const seen = () => diffs("route=get-order&at=body/total");
      const compared = async () =>
        (await seen()).evidence.find(({ functionVersion }) => functionVersion === "1");
      await expect
        .poll(async () => (await compared())?.counts.compared ?? 0, { timeout: 60_000 })
        .toBeGreaterThan(60);
      const total = async () => (await compared())!.groups.find(({ at }) => at === "body/total");
      await expect.poll(total, { timeout: 20_000 }).toMatchObject({ kind: "value" });
      const { samples } = await seen();
      const [sample] = samples;
      const [primary, candidate] = [sample!.primary, sample!.candidate].map(
        ({ body }) => (JSON.parse(body) as { total: number }).total,
      );
      expect(primary).not.toBe(candidate);
      const { groups } = (await compared())!;
      // Legacy was asked twice: when an order was read differs from itself, too.
      const readAt = groups.find(({ at }) => at === "body/generatedAt");
      expect(["unknown", "noisy"]).toContain(readAt?.noise);
      // On a busy machine a function may start for longer than its own timeout: that is a failure, and shown as one.
      const differing = groups.filter(({ kind }) => kind !== "failure").map(({ at }) => at);
      expect(differing.toSorted()).toEqual(["body/generatedAt", "body/total"]);
      const suggested = async () => (await compared())!.suggestions;
      await expect
        .poll(suggested, { timeout: 20_000 })
        .toMatchObject([
          { at: "body/generatedAt", list: "matchers", paste: "- { at: body/generatedAt, like: timestamp }" },
        ]);
    },
  );

  it("copies reads to legacy after the cutover", async () => {
    const cookie = "basket=shadow-test";
    await (await fetch(`${stack.url}/api/basket`, { headers: { cookie } })).text();
    const legacy = async () =>
      (await diffs("route=get-basket")).evidence.find(({ candidate }) => candidate === "legacy");
    await expect.poll(async () => (await legacy())?.counts.compared, { timeout: 20_000 }).toBe(1);
  });

  it("keeps writes where they are", async () => {
    const order = JSON.stringify({ customerId: 1, lines: [{ sku: "SKU-1001", quantity: 1 }] });
    const headers = { "content-type": "application/json", "idempotency-key": "shadow-1" };
    const answer = await fetch(`${stack.url}/api/checkout`, { method: "POST", headers, body: order });
    expect(answer.status).toBe(201);
    await expect.poll(() => droppedOf("checkout"), { timeout: 20_000 }).toEqual({ "write-skipped": 1 });
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask, jsonOf, type Asked } from "../legacy-mock/ask.ts";
import { runningShop } from "../legacy-mock/running-shop.ts";
import { comparable } from "./comparable.ts";
import { answerOf, CONTEXT, eventOf, type FunctionHandler } from "./invoke.ts";

type Shop = Awaited<ReturnType<typeof runningShop>>;

/** Two equal shops: one the monolith writes to, one the functions write to. */
let legacyShop: Shop;
let functionShop: Shop;

beforeEach(async () => {
  [legacyShop, functionShop] = await Promise.all([runningShop(), runningShop()]);
  process.env["SHOP_DB"] = functionShop.databaseFile;
  // A function opens its database once a process; each test is a new one.
  vi.resetModules();
});
afterEach(async () => {
  await legacyShop.close();
  await functionShop.close();
});

const UUID = /[0-9a-f]{8}-[0-9a-f-]{27}/;
const written = (shop: Shop) =>
  shop.journal().map(({ operation, key }) => ({ operation, key: key.replace(UUID, "<uuid>") }));

/** One step on both sides: what a client sees must be equal, and so must what was written. */
async function both(
  handler: FunctionHandler,
  line: string,
  legacyAsked: Asked = {},
  functionAsked = legacyAsked,
) {
  const legacy = await ask(legacyShop.url, line, legacyAsked);
  const lambda = answerOf(await handler(eventOf(line, functionAsked), CONTEXT));
  expect({ line, ...comparable(lambda) }).toEqual({ line, ...comparable(legacy) });
  expect(written(functionShop)).toEqual(written(legacyShop));
  return { legacy, lambda };
}

/** `name=value` of the first cookie that was set. */
function cookieOf({ cookies }: { readonly cookies: readonly string[] }): Asked {
  return { headers: { cookie: cookies[0]?.split(";")[0] ?? "" } };
}

function also(headers: Record<string, string>, asked: Asked): Asked {
  return { ...asked, headers: { ...asked.headers, ...headers } };
}

const CHECKOUT = "POST /api/checkout";
const order = {
  customerId: 7,
  lines: [
    { sku: "SKU-1001", quantity: 2 },
    { sku: "SKU-1003", quantity: 1 },
  ],
};

describe("checkout", () => {
  const load = async () => (await import("../../lambdas/checkout/handler.ts")).handler;
  const buying = (key: string, what: unknown) => also({ "idempotency-key": key }, jsonOf(what));

  it("sells as the monolith does, once per key", async () => {
    const handler = await load();
    const { legacy, lambda } = await both(handler, CHECKOUT, buying("k1", order));
    expect(legacy).toMatchObject({ status: 201, headers: { location: "/api/orders/3001" } });

    const replayed = await both(handler, CHECKOUT, buying("k1", order));
    expect(replayed.lambda.headers["idempotent-replayed"]).toBe("true");
    expect(replayed.lambda.body).toEqual(lambda.body);
    expect((await both(handler, CHECKOUT, buying("k1", { ...order, customerId: 8 }))).legacy.status).toBe(
      422,
    );

    await both(handler, CHECKOUT, buying("k2", order));
    expect(legacyShop.journal().map(({ side }) => side)).toEqual(["legacy", "legacy"]);
    expect(functionShop.journal().map(({ side }) => side)).toEqual(["function", "function"]);
  });

  it("gives the other side's answer to a key the other side has taken", async () => {
    const handler = await load();
    const first = await ask(functionShop.url, CHECKOUT, buying("shared", order));
    const second = answerOf(await handler(eventOf(CHECKOUT, buying("shared", order))));
    expect(second.body).toEqual(first.body);
    expect(functionShop.journal()).toMatchObject([{ side: "legacy", operation: "checkout", key: "shared" }]);
  });

  it("turns down what the monolith turns down, and writes nothing", async () => {
    const handler = await load();
    const refused: readonly (readonly [status: number, asked: Asked])[] = [
      [400, jsonOf(order)],
      [400, buying("k", {})],
      [400, buying("k", { customerId: 7 })],
      [400, buying("k", { customerId: 7, lines: [{ sku: "SKU-1001", quantity: 0 }] })],
      [400, buying("k", "a string")],
      [400, also({ "idempotency-key": "k" }, { ...jsonOf(order), body: '{"customerId":7,' })],
      [
        400,
        { headers: { "idempotency-key": "k", "content-type": "text/plain" }, body: JSON.stringify(order) },
      ],
      [400, { headers: { "idempotency-key": "k" } }],
      [422, buying("k", { ...order, customerId: 7_000 })],
      [422, buying("k", { ...order, lines: [...order.lines, { sku: "none", quantity: 1 }] })],
    ];
    for (const [status, asked] of refused)
      expect({ asked, status: (await both(handler, CHECKOUT, asked)).legacy.status }).toEqual({
        asked,
        status,
      });
    expect(functionShop.journal()).toEqual([]);
    expect((await both(handler, CHECKOUT, buying("k", order))).legacy.headers.location).toBe(
      "/api/orders/3001",
    );
  });
});

describe("baskets, an Express app in serverless-http", () => {
  it("fill, empty and are bought as in the monolith", async () => {
    const { handler } = await import("../../lambdas/baskets/handler.ts");
    const { handler: checkout } = await import("../../lambdas/checkout/handler.ts");
    await both(handler, "GET /api/basket");
    const item = jsonOf({ sku: "SKU-1012", quantity: 3 });
    const { legacy, lambda } = await both(handler, "POST /api/basket/items", item);
    expect(legacy.cookies).toHaveLength(1);
    const [legacyCookie, functionCookie] = [cookieOf(legacy), cookieOf(lambda)];
    const next = (line: string, asked: Asked = {}, by: FunctionHandler = handler) =>
      both(by, line, also({ ...legacyCookie.headers }, asked), also({ ...functionCookie.headers }, asked));

    await next("POST /api/basket/items", item);
    await next("POST /api/basket/items", jsonOf({ sku: "SKU-1001", quantity: 1 }));
    await next("POST /api/basket/items", jsonOf({ sku: "none", quantity: 1 }));
    await next("POST /api/basket/items", jsonOf({ sku: "SKU-1001" }));
    await next("POST /api/basket/items", { ...item, body: "{" });
    expect((await next("GET /api/basket")).lambda.body.toString()).toContain('"quantity":6');
    expect((await next("DELETE /api/basket/items/SKU-1001")).lambda).toMatchObject({
      status: 204,
      body: Buffer.of(),
    });
    expect((await next("DELETE /api/basket/items/SKU-1001")).lambda.status).toBe(404);

    const buying = also({ "idempotency-key": "basket" }, jsonOf({ customerId: 7 }));
    expect((await next(CHECKOUT, buying, checkout)).lambda.status).toBe(201);
    expect((await next("GET /api/basket")).lambda.body.toString()).toContain('"lines":[]');
  });
});

describe("session", () => {
  it("signs in with the monolith's three cookies, and out again", async () => {
    const { handler } = await import("../../lambdas/session/handler.ts");
    const credentials = { email: "customer9@shop.example", password: "banyan" };
    const { legacy, lambda } = await both(handler, "POST /api/session", jsonOf(credentials));
    expect(lambda.cookies).toHaveLength(3);
    // The monolith knows who signed in at the function.
    expect((await ask(functionShop.url, "GET /api/me", cookieOf(lambda))).status).toBe(200);
    await both(handler, "DELETE /api/session", cookieOf(legacy), cookieOf(lambda));
    expect((await ask(functionShop.url, "GET /api/me", cookieOf(lambda))).status).toBe(401);
    await both(handler, "DELETE /api/session");
    await both(handler, "POST /api/session", jsonOf({ ...credentials, password: "wrong" }));
    await both(handler, "POST /api/session", { ...jsonOf({}), body: "not json" });
    await both(handler, "POST /api/session");
  });
});

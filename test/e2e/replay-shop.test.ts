import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CorpusEntry } from "../../gateway/corpus/corpus.ts";
import { replay } from "../../gateway/replay/replay.ts";
import { startLegacyMock } from "../../legacy-mock/shop.ts";
import { startLocalAws } from "../../local-aws/server.ts";
import { corpusOf } from "../unit/replay/entries.ts";
import { startReplaying } from "../unit/replay/replaying.ts";

/** Whatever is made anew for each visitor; the rest has to be the same. */
const LIKE =
  "{ at: header/location, like: text }, { at: body/id, like: integer }, { at: body/placedAt, like: timestamp }";
const compare = `{ matchers: [${LIKE}, { at: body/generatedAt, like: timestamp }, { at: cookie/sid, like: uuid }, { at: cookie/basket, like: uuid }], arrays: [{ at: body/customer/tags, as: set }] }`;

const routes = `
defaults: { shadow: { writes: skip, timeout: 20s, secondary: 0 } }
routes:
  session: { match: { path: /api/session, method: [POST, DELETE] }, function: { lambda: session }, repeatable: false, compare: ${compare} }
  get-basket: { match: { method: GET, path: /api/basket }, function: { lambda: baskets }, compare: ${compare} }
  add-to-basket: { match: { method: POST, path: /api/basket/items }, function: { lambda: baskets }, repeatable: false, compare: ${compare} }
  remove-from-basket: { match: { method: DELETE, path: "/api/basket/items/{sku}" }, function: { lambda: baskets }, repeatable: false, compare: ${compare} }
  checkout: { match: { method: POST, path: /api/checkout }, function: { lambda: checkout }, repeatable: false, compare: ${compare} }
  get-order: { match: { method: GET, path: "/api/orders/{id}" }, function: { lambda: get-order, qualifier: live }, compare: ${compare} }
`;

/** What one visitor does. What comes later goes by what was answered before: cookies, and the number of the order. */
async function* visit(url: string, customer: number): AsyncGenerator<CorpusEntry, void> {
  const cookies = new Map<string, string>();
  let step = 0;
  const ask = async (method: string, target: string, body?: object, more: Record<string, string> = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers: Record<string, string> = { host: "shop.example.com", ...more };
    if (cookie !== "") headers["cookie"] = cookie;
    if (body !== undefined) headers["content-type"] = "application/json";
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(url + target, { method, headers, body: sent, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const entry: CorpusEntry = {
      id: `visitor-${customer}-${++step}`,
      at: null,
      session: `visitor-${customer}`,
      route: null,
      request: {
        method,
        target,
        headers: Object.entries(headers).flat(),
        body: Buffer.from(sent ?? ""),
        isWhole: true,
      },
      answer: {
        status: answer.status,
        headers: [...answer.headers].flat(),
        body: Buffer.from(await answer.arrayBuffer()),
        isWhole: true,
        durationMs: null,
      },
    };
    return { entry, location: answer.headers.get("location") };
  };
  const email = `customer${customer}@shop.example`;
  yield (await ask("POST", "/api/session", { email, password: "banyan" })).entry;
  yield (await ask("GET", "/api/me")).entry;
  yield (await ask("POST", "/api/basket/items", { sku: "SKU-1001", quantity: customer })).entry;
  yield (await ask("POST", "/api/basket/items", { sku: "SKU-1002", quantity: 1 })).entry;
  yield (await ask("DELETE", "/api/basket/items/SKU-1002")).entry;
  yield (await ask("GET", "/api/basket")).entry;
  const key = { "idempotency-key": `key-of-${customer}` };
  const bought = await ask("POST", "/api/checkout", { customerId: customer }, key);
  yield bought.entry;
  yield (await ask("GET", bought.location!)).entry;
  yield (await ask("DELETE", "/api/session")).entry;
}

describe("recorded visits to the shop", () => {
  const owned = new AsyncDisposableStack();
  const corpus: CorpusEntry[] = [];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "banyan-replay-"));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const then = await shop("then.db", 0);
    const visits = [1, 2, 3, 4].map((customer) => visit(then.url, customer));
    // In turn, as visitors come.
    for (let isOver = false; !isOver;) {
      for (const steps of visits) {
        const next = await steps.next();
        if (next.done === true) isOver = true;
        else corpus.push(next.value);
      }
    }
  });
  afterAll(() => owned.disposeAsync());

  /** A shop in which some orders were placed meanwhile, so that the next one has another number. */
  const shop = async (database: string, orders: number) => {
    const running = await startLegacyMock({ port: 0, databaseFile: join(folder, database), quiet: true });
    owned.defer(() => running.close());
    for (let n = 0; n < orders; n++) {
      const headers = { "content-type": "application/json", "idempotency-key": `meanwhile-${n}` };
      const body = JSON.stringify({ customerId: 9, lines: [{ sku: "SKU-1003", quantity: 1 }] });
      expect((await fetch(`${running.url}/api/checkout`, { method: "POST", headers, body })).status).toBe(
        201,
      );
    }
    return running;
  };

  it(
    "are made again on both sides, each with its own cookies and order numbers",
    { timeout: 120_000 },
    async () => {
      const legacy = await shop("legacy.db", 3);
      await shop("functions.db", 5);
      const environment = { SHOP_DB: join(folder, "functions.db") };
      const functionsDir = resolve(import.meta.dirname, "../../lambdas");
      const functions = await startLocalAws({ port: 0, functionsDir, environment, quiet: true });
      owned.defer(() => functions.close());
      const yaml = `version: 1\nlegacy: { url: "${legacy.url}" }\naws: { endpoint: "${functions.url}" }\n${routes}`;
      await using parts = await startReplaying(yaml);
      const { outcomes } = await replay(corpusOf(corpus), parts, { includeUnsafe: true, concurrency: 2 });
      const differing = (await parts.store.samples({ limit: 100 })).filter(
        ({ comparison }) => comparison.differences.length > 0,
      );
      expect(differing.map(({ request, comparison }) => [request.target, comparison.differences])).toEqual(
        [],
      );
      // GET /api/me is no route's; legacy is asked, and knows who it is.
      expect(outcomes).toEqual({ match: 16, ignored: 16, "no-route": 4 });
      expect(legacy.requests()).toMatchObject({ "GET /api/me": 4 });
      const seen = (await parts.store.summaries({})).flatMap(({ key, coverage }) =>
        Object.entries(coverage).map(([what, n]) => `${n} × ${key.routeId}: ${what}`),
      );
      expect(seen.toSorted()).toEqual([
        "4 × checkout: POST 201 application/json",
        "4 × get-basket: GET 200 application/json",
        "4 × get-order: GET 200 application/json",
        "4 × remove-from-basket: DELETE 204",
        "4 × session: DELETE 204",
        "4 × session: POST 200 application/json",
        "8 × add-to-basket: POST 201 application/json",
      ]);
      // Recorded were 3001 to 3004; meanwhile the functions' shop had five orders more than it has seeds.
      const orders = await parts.store.samples({ routeId: "get-order" });
      expect(orders.map(({ request }) => request.target).toSorted()).toEqual(
        [3006, 3007, 3008, 3009].map((id) => `/api/orders/${id}`),
      );
      const written = legacy.journal().map(({ operation }) => operation);
      expect(written.filter((operation) => operation === "sign-out")).toHaveLength(4);
    },
  );
});

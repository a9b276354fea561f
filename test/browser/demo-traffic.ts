import type { Browser } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** Routes of the demo: one that differs on purpose, one that is clean, one of each later stage, and some not begun. */
const ROUTES = `
  get-product: { match: { method: GET, path: "/api/products/{sku}" }, function: { lambda: get-product }, group: catalogue, stage: cutover }
  product-image: { match: { method: GET, path: "/api/products/{sku}/image" }, function: { lambda: product-image }, group: catalogue, stage: canary, percent: 25 }
  search-catalogue: { match: { method: GET, path: /api/products }, function: { lambda: search-catalogue }, group: catalogue, stage: shadow }
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order, qualifier: defect }
    stage: shadow
    compare: { matchers: [{ at: body/generatedAt, like: timestamp }] }
    shadow: { secondary: 20 }
  catalogue-feed: { match: { method: GET, path: /api/catalogue/feed }, function: { lambda: catalogue-feed } }
  checkout: { match: { method: POST, path: /api/checkout }, function: { lambda: checkout }, repeatable: false }
  get-basket: { match: { method: GET, path: /api/basket }, function: { lambda: baskets }, group: basket }
  list-customers: { match: { method: GET, path: /api/customers }, function: { lambda: list-customers } }
`;

export interface Demo {
  readonly stack: Stack;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A browser, and the demo's monolith, functions and gateway, with `rounds` of clients behind them. */
export async function startDemo(rounds: number, more = ""): Promise<Demo> {
  await using parts = new AsyncDisposableStack();
  const settings = `defaults: { timeout: 10s, stickyBy: [ "header:x-user-id", address ] }\n${more}`;
  const stack = parts.adopt(await startStack(ROUTES, settings), (started) => started.close());
  const browser = parts.adopt(await launchBrowser(), (launched) => launched.close());
  for (let n = 0; n < rounds; n++) await oneRound(stack, n);
  const owned = parts.move();
  return { stack, browser, close: () => owned.disposeAsync() };
}

/** Some clients, one of each kind. */
export async function oneRound({ url }: Pick<Stack, "url">, n: number): Promise<void> {
  const paths = [
    `/api/orders/${1001 + (n % 40)}`,
    "/api/products?limit=3",
    "/api/products/nothing",
    "/api/basket",
  ];
  const asked = paths.map(async (path) => {
    const answer = await fetch(`${url}${path}`, { headers: { "x-user-id": `user-${n}` } });
    return answer.arrayBuffer();
  });
  await Promise.all(asked);
}

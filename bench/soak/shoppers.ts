import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { endWithParent } from "../watch/end-with-parent.ts";

endWithParent();

/**
 * Clients of the shop in a process of their own, at a fixed rate in turn over everything that it has: reads and writes of
 * all stages, streams, broken answers. Arguments: the gateway's port, requests a second. Sends what was answered so far,
 * once a second.
 */

/** Endpoint → status, or why there was none → how often. */
export type Answers = Record<string, Record<string, number>>;

interface Wish {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object;
  /** Leaves after so long, as who listens to a stream does. */
  readonly leavesAfterMs?: number;
}

const [, , port, rate] = process.argv;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const answers: Answers = {};

const WISHES: readonly ((n: number) => Wish)[] = [
  (n) => ({ path: `/api/products/SKU-${1001 + (n % 40)}` }),
  (n) => ({ path: `/api/orders/${1001 + (n % 500)}` }),
  (n) => ({ path: `/api/products?limit=${1 + (n % 20)}` }),
  () => ({ path: "/api/customers" }),
  (n) => ({ path: `/api/products/SKU-${1001 + (n % 40)}/image` }),
  () => ({ path: "/api/basket" }),
  (n) => ({
    method: "POST",
    path: "/api/basket/items",
    body: { sku: `SKU-${1001 + (n % 40)}`, quantity: 1 },
  }),
  (n) => ({ method: "DELETE", path: `/api/basket/items/SKU-${1001 + (n % 40)}` }),
  () => ({
    method: "POST",
    path: "/api/checkout",
    body: { customerId: 1, lines: [{ sku: "SKU-1001", quantity: 1 }] },
  }),
  () => ({ path: "/api/slow?ms=20" }),
  () => ({ path: "/api/flaky?every=2&how=reset" }),
  () => ({ path: "/api/truncated?bytes=20000" }),
  () => ({ path: "/api/catalogue/feed" }),
  () => ({ path: "/api/events?count=1000&everyMs=200", leavesAfterMs: 3_000 }),
  () => ({ path: "/api/blob?bytes=3000000", leavesAfterMs: 5 }),
];

setInterval(() => process.send!(answers), 1_000);
for (let n = 0; ; n++) {
  ask(WISHES[n % WISHES.length]!(n), n);
  await pause(1_000 / Number(rate));
}

function ask({ method = "GET", path, body, leavesAfterMs }: Wish, n: number): void {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = {
    "x-user-id": `user-${n % 200}`,
    cookie: `sid=${n % 200}; basket=b${n % 200}`,
    ...(method === "POST" && { "idempotency-key": `soak-${process.pid}-${n}` }),
    ...(bytes && { "content-type": "application/json", "content-length": String(bytes.length) }),
  };
  const endpoint = `${method} ${path.replace(/\?.*/, "").replace(/SKU-\d+|\d+/, "{}")}`;
  let isOver = false;
  const over = (how: string) => {
    if (isOver) return;
    isOver = true;
    const all = (answers[endpoint] ??= {});
    all[how] = (all[how] ?? 0) + 1;
  };
  const req = http.request({ host: "127.0.0.1", port, method, path, headers, agent }, (res) => {
    res.resume();
    res.once("error", () => over(`${res.statusCode}, cut short`));
    res.once("end", () => over(String(res.statusCode)));
    if (leavesAfterMs === undefined) return;
    setTimeout(() => {
      over(`${res.statusCode}, left`);
      res.destroy();
    }, leavesAfterMs);
  });
  req.once("error", (error: NodeJS.ErrnoException) => over(error.code ?? error.message));
  req.end(bytes);
}

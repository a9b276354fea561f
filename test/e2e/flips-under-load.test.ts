import { randomUUID } from "node:crypto";
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstValue } from "../../gateway/http/headers.ts";
import type { Stage } from "../../gateway/routes/route.ts";
import type { RequestFinished } from "../../gateway/telemetry/telemetry.ts";
import { startStack, type Stack } from "../support/stack.ts";

const CLIENTS = 50;
const FLIPS = 200;
const LADDER: readonly [Stage, number?][] = [["canary", 10], ["canary", 50], ["cutover"], ["legacy"]];

const routes = `
  get-order: { match: { method: GET, path: "/api/orders/{id}" }, function: { lambda: get-order }, group: checkout, stickyBy: ["header:x-user-id"] }
  checkout: { match: { method: POST, path: /api/checkout }, function: { lambda: checkout }, group: checkout, repeatable: false, stickyBy: ["header:x-user-id"] }`;

interface Sent {
  readonly key: string | null;
  readonly status: number;
  readonly body: string;
}

/** A client as they are: one kept-alive connection, a cookie, reads and writes in turn, a moment of thought between. */
class ShopClient {
  readonly sent: Sent[] = [];
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  readonly #user: string;

  constructor(port: number, user: string) {
    this.#port = port;
    this.#user = user;
  }

  async shop(stopped: () => boolean): Promise<void> {
    for (let turn = 0; !stopped(); turn++) {
      const key = turn % 3 === 0 ? randomUUID() : null;
      this.sent.push(await (key === null ? this.#read(turn) : this.#buy(key)));
      await pause(50 + Math.random() * 200);
    }
    this.#agent.destroy();
  }

  async #read(turn: number): Promise<Sent> {
    return { key: null, ...(await this.#ask("GET", `/api/orders/${1001 + (turn % 500)}`)) };
  }

  async #buy(key: string): Promise<Sent> {
    const order = JSON.stringify({ customerId: 1, lines: [{ sku: "SKU-1001", quantity: 1 }] });
    return { key, ...(await this.#ask("POST", "/api/checkout", { "idempotency-key": key }, order)) };
  }

  #ask(method: string, path: string, fields: http.OutgoingHttpHeaders = {}, body?: string) {
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = {
        "x-user-id": this.#user,
        cookie: `sid=${this.#user}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...fields,
      };
      const req = http.request({
        port: this.#port,
        host: "127.0.0.1",
        agent: this.#agent,
        method,
        path,
        headers,
      });
      req.once("error", reject);
      req.once("response", (res) => {
        let text = "";
        res.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
        res.once("error", reject).once("end", () => resolve({ status: res.statusCode!, body: text }));
      });
      req.end(body);
    });
  }
}

describe("flipping a route up and down under load", () => {
  let stack: Stack;
  let clients: ShopClient[];
  let finished: RequestFinished[];
  const stageOf = new Map<string, [Stage, number]>();

  beforeAll(async () => {
    stack = await startStack(routes);
    clients = Array.from({ length: CLIENTS }, (_, i) => new ShopClient(stack.port, `user-${i}`));
    let over = false;
    const shopping = Promise.all(clients.map((client) => client.shop(() => over)));
    for (let i = 0; i < FLIPS; i++) {
      const [stage, percent] = LADDER[Math.floor(i / 2) % LADDER.length]!;
      const version = await stack.flip(i % 2 === 0 ? "get-order" : "checkout", stage, percent);
      stageOf.set(`${version} ${i % 2 === 0 ? "get-order" : "checkout"}`, [stage, percent ?? 0]);
      while (stack.flagVersion() !== version) await pause(2);
      await pause(20);
    }
    over = true;
    await shopping;
    finished = stack.finished;
  }, 400_000);
  afterAll(() => stack.close());

  it("fails no request", () => {
    const sent = clients.flatMap((client) => client.sent);
    console.log(`${sent.length} requests of ${CLIENTS} clients over ${FLIPS} flips`);
    expect(sent.length).toBeGreaterThan(1_000);
    expect(sent.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    expect(finished.filter(({ delivery }) => delivery !== "complete")).toEqual([]);
    // Nobody stood in for a failing function: what follows is about decisions alone.
    expect(finished.filter(({ fallbackFrom }) => fallbackFrom !== null)).toEqual([]);
  });

  it("keeps every client on the side of its bucket, the same on both routes of the group", () => {
    const bucketOf = new Map<string, number>();
    const at = (stage: Stage) => finished.filter(({ decision }) => decision.stage === stage);
    expect(at("legacy").filter(({ answeredBy }) => answeredBy !== "legacy")).toEqual([]);
    expect(at("cutover").filter(({ answeredBy }) => answeredBy !== "function")).toEqual([]);
    for (const { request, decision } of at("canary")) {
      const { bucket } = decision;
      const user = firstValue(request.headers, "x-user-id")!;
      expect(bucketOf.get(user) ?? bucket).toBe(bucket);
      bucketOf.set(user, bucket!);
    }
    expect(bucketOf.size).toBe(CLIENTS);
    for (const { request, decision, answeredBy } of at("canary")) {
      const percent = percentAt(decision.flagVersion, request.method === "GET" ? "get-order" : "checkout");
      const isIn = bucketOf.get(firstValue(request.headers, "x-user-id")!)! < percent * 1_000;
      expect(answeredBy).toBe(isIn ? "function" : "legacy");
    }
  });

  /** The percentage in force at a version: that of the route's newest flip up to it. */
  function percentAt(version: string, route: string): number {
    for (let v = Number(version); v > 0; v--) {
      const found = stageOf.get(`${v} ${route}`);
      if (found !== undefined) return found[1];
    }
    throw new Error(`no flip of ${route} up to version ${version}`);
  }

  it("sends a share of clients that fits the percentage", () => {
    const users = new Map<string, number>();
    for (const { request, decision } of finished) {
      if (decision.bucket !== null) users.set(firstValue(request.headers, "x-user-id")!, decision.bucket);
    }
    for (const percent of [10, 50]) {
      const share = [...users.values()].filter((bucket) => bucket < percent * 1_000).length;
      const p = percent / 100;
      const threeSigma = 3 * Math.sqrt(CLIENTS * p * (1 - p));
      console.log(`${percent} %: ${share} of ${CLIENTS} clients`);
      expect(Math.abs(share - CLIENTS * p)).toBeLessThanOrEqual(threeSigma);
    }
  });

  it("makes every write once, on the side that answered it: the upstreams' own journal says so", () => {
    const answeredBy = new Map(
      finished.map((event) => [firstValue(event.request.headers, "idempotency-key"), event.answeredBy]),
    );
    const keys = clients.flatMap((client) => client.sent.flatMap(({ key }) => (key === null ? [] : [key])));
    const bought = stack.legacy.journal().filter(({ operation }) => operation === "checkout");
    expect(bought.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    for (const { key, side } of bought) expect(side).toBe(answeredBy.get(key));
    const sides = new Set(bought.map(({ side }) => side));
    console.log(`${bought.length} writes`);
    expect(sides).toEqual(new Set(["legacy", "function"]));
  });
});

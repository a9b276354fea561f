import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { liveSnapshot } from "../../gateway/admin/events-contract.ts";
import { operatorsEntry } from "../../gateway/config/operators-schema.ts";
import { adminServer } from "../../gateway/admin/server.ts";
import { eventStream, type EventStream } from "../support/event-stream.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { fakeParts } from "../unit/admin/fake-parts.ts";

/** What operators who look on are told of, by a whole gateway. */

const ROUTE = `
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
    stage: shadow
    breaker: { minimumCalls: 2, open: 1m }
`;

let stack: Stack;
const streams: EventStream[] = [];

beforeAll(async () => {
  stack = await startStack(ROUTE);
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.leave();
});
afterAll(() => stack.close());

async function listen(lastEventId?: string): Promise<EventStream> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const stream = await eventStream(`${stack.adminUrl}/api/events`, headers);
  streams.push(stream);
  await expect.poll(() => stream.events.length).toBeGreaterThan(0);
  return stream;
}

const post = async (path: string, body: object) => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${stack.adminUrl}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
};
const dataOf = ({ events }: EventStream, name: string) =>
  events.filter(({ event }) => event === name).map(({ data }) => data);

describe("listeners", () => {
  it("are no more than are allowed, and one who leaves makes room", async () => {
    const operators = operatorsEntry.parse({ streams: 2 });
    const { parts } = await fakeParts({ operators: () => operators });
    const server = await adminServer(parts, { host: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${server.port}/api/events`;
    const two = await Promise.all([eventStream(url), eventStream(url)]);
    const third = await fetch(url);
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "1"]);
    two[0].leave();
    await expect.poll(async () => (await fetch(url, { method: "GET" })).status).toBe(200);
    await server.close();
  });

  it("need not be there for HEAD to end", async () => {
    const answer = await fetch(`${stack.adminUrl}/api/events`, { method: "HEAD" });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
    ]);
  });
});

describe("an operator who listens", () => {
  it("is told all there is, then each change: of stages, flags, the kill switch and breakers", async () => {
    const stream = await listen();
    expect(liveSnapshot.parse(stream.events[0]!.data)).toMatchObject({
      gateway: { ready: true, killed: false, configProblem: null },
      routes: [{ id: "get-order", stage: "shadow", stageFrom: "routes.yaml" }],
    });
    await post("/api/flip", { route: "get-order", stage: "canary", percent: 25, reason: "r", force: true });
    await expect
      .poll(() => dataOf(stream, "route").at(-1))
      .toMatchObject({ id: "get-order", stage: "canary", percent: 25, stageFrom: "flag" });
    await post("/api/kill", { on: true });
    await expect
      .poll(() => dataOf(stream, "gateway").at(-1))
      .toMatchObject({ killed: true, stoppedHere: true });
    await post("/api/kill", { on: false });
    await expect.poll(() => dataOf(stream, "gateway").at(-1)).toMatchObject({ killed: false });
    await post("/api/flip", { route: "get-order", stage: "shadow", reason: "r", force: true });
  });

  it("is told of evidence, once a second at most", async () => {
    const stream = await listen();
    const startedAt = performance.now();
    for (let n = 0; n < 30; n += 1) {
      await (await fetch(`${stack.url}/api/orders/1001`)).text();
      await pause(50);
    }
    const counted = () => {
      const { id: _, ...counts } = (dataOf(stream, "evidence").at(-1) ?? { id: "" }) as Record<
        string,
        number | string
      >;
      return Object.values(counts).reduce((sum: number, count) => sum + Number(count), 0);
    };
    await expect.poll(counted, { timeout: 10_000 }).toBe(30);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(dataOf(stream, "evidence").length).toBeLessThanOrEqual(Math.ceil(seconds));
  });

  it("is told what was missed, and nothing else, after having been away for a while", async () => {
    const before = await listen();
    before.leave();
    await post("/api/flip", { route: "get-order", stage: "legacy", reason: "r" });
    const after = await listen(before.events.at(-1)!.id);
    await expect.poll(() => dataOf(after, "route")).toMatchObject([{ stage: "legacy" }]);
    expect(dataOf(after, "snapshot")).toEqual([]);
  });

  it.each(["nonsense", "0123456789ab-1", "-1", ""])(
    "is told everything when it was at %j, which is nowhere",
    async (id) => {
      expect((await listen(id)).events[0]!.event).toBe("snapshot");
    },
  );

  it("is told of a breaker that opens", async () => {
    const stream = await listen();
    await post("/api/flip", { route: "get-order", stage: "cutover", reason: "r", force: true });
    await stack.functions.close();
    await expect
      .poll(async () => {
        await (await fetch(`${stack.url}/api/orders/1001`)).text();
        return dataOf(stream, "route").at(-1);
      })
      .toMatchObject({ breakers: { function: "open" } });
  });

  it("is asked anew who it is when routes.yaml changes, and then told of other routes", async () => {
    const stream = await listen();
    stack.rewriteRoutes(`${ROUTE}
  get-product:
    match: { method: GET, path: "/api/products/{sku}" }
    function: { lambda: get-product }
`);
    await stream.over;
    const next = await listen(stream.events.at(-1)!.id);
    expect(next.events[0]).toMatchObject({
      event: "snapshot",
      data: { routes: [{ id: "get-order" }, { id: "get-product" }] },
    });
  });

  it("is told that nothing is sent any more when the gateway ends", async () => {
    const stream = await listen();
    await stack.gateway.stop();
    await expect(stream.over).resolves.toBeUndefined();
  });
});

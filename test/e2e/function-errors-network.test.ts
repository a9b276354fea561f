import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { lambdaUpstream } from "../../gateway/upstreams/lambda/lambda.ts";
import type { FailureKind } from "../../gateway/upstreams/upstream.ts";
import { startHarness } from "../support/harness.ts";
import { failed, late, told, unreachable, type Told } from "../support/problem.ts";
import { rawServer } from "../support/raw-server.ts";
import { lambdaTarget } from "../support/targets.ts";
import { testedInvoker } from "../support/tested-invoker.ts";

/** Something breaks between the gateway and Lambda's API: the real client on real sockets, counted at both ends. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Says who it is, and what it was asked. */
async function monolith() {
  const asked: string[] = [];
  const server = createServer(({ method, url }, res) => {
    asked.push(`${method} ${url}`);
    res.setHeader("x-side", "legacy").end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Lambda's API as this one connection handler, and how many calls reached it. */
async function service(onData: (socket: Socket, soFar: string, connection: number) => void) {
  const server = await rawServer(onData);
  cleanups.push(() => server.close());
  const calls = () => server.received.join("").split("POST /2015-03-31/functions/").length - 1;
  return { url: server.url, calls };
}

/** Opens at the first failure. */
const FRAGILE = "{ minimumCalls: 1, errorPercent: 50, window: 30s, open: 60s }";

async function gatewayTo(endpoint: string, timeout: string) {
  const legacy = await monolith();
  const invoker = testedInvoker({ region: "eu-central-1", endpoint });
  cleanups.push(() => invoker.close());
  const upstream = lambdaUpstream({ invoker, target: lambdaTarget("f"), paramsOf: () => ({}) });
  const target = `function: { lambda: f }, timeout: ${timeout}`;
  const rest = `${target}, breaker: { minimumCalls: 1000 }`;
  const harness = await startHarness({
    legacyUrl: legacy.url,
    routes: `
  read: { match: { path: /read }, stage: cutover, ${target}, breaker: ${FRAGILE} }
  once: { match: { path: /once }, stage: cutover, ${rest} }
  repeatable: { match: { path: /repeatable }, stage: cutover, repeatable: true, ${rest} }
  retired: { match: { path: /retired }, stage: retired, ${rest} }`,
    functions: { read: upstream, once: upstream, repeatable: upstream, retired: upstream },
  });
  cleanups.push(() => harness.close());
  return { ...harness, legacyAsked: legacy.asked };
}

/** What came of one request: who answered, what a problem told, why legacy answered. */
type Outcome = readonly [request: string, answer: "legacy" | Told, fallbackFrom: string | null];

/** Asks in each way that there is, all at once. */
async function outcomesOf(endpoint: string, timeout = "8s"): Promise<readonly Outcome[]> {
  const { url, finished, legacyAsked, breakers } = await gatewayTo(endpoint, timeout);
  const outcomes = REQUESTS.map(async (request): Promise<Outcome> => {
    const [method = "", path = ""] = request.split(" ");
    const answer = await fetch(url + path, { method });
    const isLegacys = answer.status === 200 && answer.headers.get("x-side") === "legacy";
    const found = () => finished.find((f) => f.request.method === method && f.request.target.raw === path);
    await expect.poll(found).toBeDefined();
    return [request, isLegacys ? "legacy" : await told(answer), found()!.fallbackFrom];
  });
  const all = await Promise.all(outcomes);
  const byLegacy = all.filter(([, answer]) => answer === "legacy").map(([request]) => request);
  expect(legacyAsked.toSorted()).toEqual(byLegacy.toSorted());
  // Whatever breaks on the way counts against the function.
  expect(breakers.states()).toContainEqual({ routeId: "read", side: "function", state: "open" });
  return all;
}

const REQUESTS = ["GET /read", "POST /once", "PATCH /repeatable", "GET /retired", "DELETE /retired"] as const;

const notStarted = (kind: FailureKind, problem: Told): readonly Outcome[] => [
  ["GET /read", "legacy", kind],
  ["POST /once", "legacy", kind],
  ["PATCH /repeatable", "legacy", kind],
  ["GET /retired", problem, null],
  ["DELETE /retired", problem, null],
];
const unknown = (kind: FailureKind, problem: Told): readonly Outcome[] => [
  ["GET /read", "legacy", kind],
  ["POST /once", problem, null],
  ["PATCH /repeatable", "legacy", kind],
  ["GET /retired", problem, null],
  ["DELETE /retired", problem, null],
];

describe("a call that never left", () => {
  it("because nobody listens", async () => {
    const gone = await rawServer(() => undefined);
    await gone.close();
    expect(await outcomesOf(gone.url)).toEqual(notStarted("refused", unreachable));
  });

  it("because the name resolves to nothing", async () => {
    const outcomes = await outcomesOf("http://does-not-exist.invalid");
    expect(outcomes).toEqual(notStarted("unresolved", unreachable));
  });

  it.each<[string, (socket: Socket) => unknown, FailureKind, Told]>([
    ["is answered without TLS", (socket) => socket.end("HTTP/1.1 400 X\r\n\r\n"), "tls", unreachable],
    ["is reset", (socket) => socket.resetAndDestroy(), "refused", unreachable],
    ["is never answered", () => undefined, "connect-timeout", late],
  ])("because its TLS handshake %s", async (_how, onHello, kind, problem) => {
    const { url, calls } = await service((socket) => void onHello(socket));
    expect(await outcomesOf(url.replace("http:", "https:"))).toEqual(notStarted(kind, problem));
    expect(calls()).toBe(0);
  });

  it("because there are no credentials to sign it with", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    cleanups.push(() => vi.unstubAllEnvs());
    const { url, calls } = await service(() => undefined);
    expect(await outcomesOf(url)).toEqual(notStarted("denied", failed));
    expect(calls()).toBe(0);
  });
});

const ELSEWHERE = "HTTP/1.1 307 X\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n";

describe("a call that left, once, and of which nothing is known", () => {
  it.each<[string, (socket: Socket) => unknown, FailureKind]>([
    ["reset", (socket) => socket.resetAndDestroy(), "reset"],
    ["closed without a word", (socket) => socket.end(), "reset"],
    ["answered with what is no HTTP", (socket) => socket.end("HELLO arn:aws:lambda\r\n\r\n"), "reset"],
    ["answered 3xx", (socket) => socket.end(ELSEWHERE), "service-error"],
  ])("because its connection was %s", async (_how, onRequest, kind) => {
    const { url, calls } = await service((socket, soFar) => {
      if (isWhole(soFar)) onRequest(socket);
    });
    expect(await outcomesOf(url)).toEqual(unknown(kind, failed));
    expect(calls()).toBe(5);
  });

  it("because our own time was up", async () => {
    const { url, calls } = await service(() => undefined);
    expect(await outcomesOf(url, "1s")).toEqual(unknown("timeout", late));
    expect(calls()).toBe(5);
  });

  it("because a kept connection was closed under it", async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{"statusCode":200     }';
    const { url, calls } = await service((socket, soFar) => {
      if (!isWhole(soFar)) return;
      if (soFar.split("POST /2015-03-31/").length === 2) socket.write(answer);
      else socket.resetAndDestroy();
    });
    const gateway = await gatewayTo(url, "8s");
    const write = () => fetch(`${gateway.url}/once`, { method: "POST" });
    expect((await write()).status).toBe(200);
    expect(await told(await write())).toEqual(failed);
    expect(calls()).toBe(2);
    expect(gateway.legacyAsked).toEqual([]);
  });
});

/** Whether what one connection has sent ends with a whole call; its length comes in its head. */
function isWhole(soFar: string): boolean {
  const last = soFar.slice(soFar.lastIndexOf("POST /2015-03-31/"));
  const end = last.indexOf("\r\n\r\n");
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(last)?.[1]);
  return end !== -1 && last.length - end - 4 >= length;
}

describe("a client that leaves while the function runs", () => {
  it("has its call given up, and its write goes nowhere else", async () => {
    let given = 0;
    const { url, calls } = await service((socket, soFar) => {
      if (isWhole(soFar)) socket.once("close", () => (given += 1));
    });
    const { port, finished, legacyAsked } = await gatewayTo(url, "8s");
    const client = connect(port, "127.0.0.1", () =>
      client.write("POST /once HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"),
    );
    await expect.poll(calls).toBe(1);
    client.destroy();
    await expect.poll(() => finished[0]).toMatchObject({ delivery: "client-gone" });
    await expect.poll(() => given).toBe(1);
    expect([calls(), legacyAsked]).toEqual([1, []]);
  });
});

import { once } from "node:events";
import http from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { fakeFunction, startHarness, text } from "../support/harness.ts";
import { startMonolith, startRealGateway } from "../support/real-gateway.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const ROUTE =
  "  moved: { match: { path: /moved }, function: { lambda: f }, stage: cutover, repeatable: true }";

/** A gateway in front of a monolith that answers /held only when it is told to. */
async function inFront(limits: NonNullable<Parameters<typeof startHarness>[0]["limits"]> = {}) {
  const held: http.ServerResponse[] = [];
  const monolith = await startMonolith((req, res) => {
    if (req.url === "/held") held.push(res);
    else res.end("legacy");
  });
  cleanups.push(() => monolith.close());
  const moved = fakeFunction(text(200, "function"));
  const harness = await startHarness({
    legacyUrl: monolith.url,
    routes: ROUTE,
    functions: { moved },
    limits,
  });
  cleanups.push(() => harness.close());
  return { ...harness, held, moved };
}

async function outcome(url: string) {
  const answer = await fetch(url);
  const body = await answer.text();
  return answer.status === 200 ? body : `${answer.status} ${answer.headers.get("retry-after")}`;
}

describe("when nearly as many requests are in flight as may be", () => {
  it("the last places are for legacy: what a function would answer gets 503, on a connection that lives on", async () => {
    const { url, port, held, moved } = await inFront({ requests: 4, reservePercent: 50 });
    const waiting = [outcome(`${url}/held`), outcome(`${url}/held`)];
    await vi.waitFor(() => expect(held).toHaveLength(2));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    cleanups.push(() => agent.destroy());
    const ask = async (path: string) => {
      const req = http.get({ port, path, agent });
      const [res] = (await once(req, "response")) as [http.IncomingMessage];
      res.resume();
      await once(res, "end");
      return { status: res.statusCode, wait: res.headers["retry-after"], reused: req.reusedSocket };
    };
    expect(await ask("/moved")).toEqual({ status: 503, wait: "1", reused: false });
    expect(await ask("/other")).toEqual({ status: 200, wait: undefined, reused: true });
    expect(moved.calls).toBe(0);
    for (const res of held) res.end("held");
    expect(await Promise.all(waiting)).toEqual(["held", "held"]);
    await vi.waitFor(async () => expect(await outcome(`${url}/moved`)).toBe("function"));
  });
});

describe("when memory is short", () => {
  it("functions' requests are turned away first, then all, WebSockets too; and all come back", async () => {
    const { url, port, overload, finished } = await inFront();
    const all = () => Promise.all([outcome(`${url}/moved`), outcome(`${url}/other`)]);
    const use = (share: number) => overload.measured([{ of: "test", share }]);
    use(0.85);
    expect(await all()).toEqual(["function", "legacy"]);
    use(0.95);
    expect(await all()).toEqual(["503 1", "legacy"]);
    expect(finished.map(({ answeredBy }) => answeredBy)).toContain("gateway");
    use(1);
    expect(await all()).toEqual(["503 1", "503 1"]);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
    const [, answer] = (await once(socket, "unexpected-response")) as [unknown, http.IncomingMessage];
    expect(answer.statusCode).toBe(503);
    socket.on("error", () => undefined).terminate();
    use(0.1);
    expect(await all()).toEqual(["function", "legacy"]);
  });

  it("the process finds out by itself and tells; health and operators are answered all the while", async () => {
    const monolith = await startMonolith();
    cleanups.push(() => monolith.close());
    const told: string[] = [];
    const { arrayBuffers } = process.memoryUsage();
    const limits = `limits: { buffers: ${arrayBuffers + 128 * 1024 ** 2}, memory: 100 }`;
    const gateway = await startRealGateway(monolith.url, limits, {
      overloadChanged: ({ shed }) => void told.push(shed),
    });
    cleanups.push(() => gateway.close());
    const status = () => fetch(`http://127.0.0.1:${gateway.port}/x`).then((answer) => answer.status);
    const json = async (path: string) => (await fetch(`http://127.0.0.1:${gateway.adminPort}${path}`)).json();
    expect(await status()).toBe(200);

    let held: Buffer | null = Buffer.alloc(160 * 1024 ** 2);
    await vi.waitFor(() => expect(told.at(-1)).toBe("everything"), 10_000);
    expect(await status()).toBe(503);
    const problem = expect.stringMatching(/^overloaded: 1\d\d % of limits\.buffers is used/) as string;
    expect(await json("/readyz")).toEqual({ ready: true, reasons: [], degraded: [problem] });
    expect(await json("/api/status")).toMatchObject({ problems: [problem] });
    expect(await json("/healthz")).toMatchObject({ alive: true });
    expect(held.length).toBeGreaterThan(0);

    held = null;
    setFlagsFromString("--expose-gc");
    await vi.waitFor(() => {
      runInNewContext("gc()");
      expect(told.at(-1)).toBe("nothing");
    }, 10_000);
    expect(await status()).toBe(200);
    expect(await json("/readyz")).toMatchObject({ degraded: [] });
  });
});

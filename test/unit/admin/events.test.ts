import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { liveChanges } from "../../../gateway/admin/events-changes.ts";
import { eventFeed } from "../../../gateway/admin/events.ts";
import { adminApp } from "../../../gateway/admin/server.ts";
import { operatorsEntry } from "../../../gateway/config/operators-schema.ts";
import { fakeParts, ROUTES, tableOf } from "./fake-parts.ts";

/** Far more than the buffers of sockets take. */
const MANY = 30_000;
const HEARTBEAT_MS = 400;

let closing: AsyncDisposableStack;
beforeEach(() => {
  closing = new AsyncDisposableStack();
});
afterEach(() => closing.disposeAsync());

/** An operator's side of many routes with one seat for listeners; what it answers with is looked into. */
async function oneSeat(heartbeatMs: number, many: number = MANY) {
  const changes = liveChanges();
  const operators = operatorsEntry.parse({ streams: 1 });
  const { parts, flags } = await fakeParts({ changes, operators: () => operators });
  const small = tableOf(ROUTES);
  const [route] = small.routes;
  const routes = Array.from({ length: many }, (_, n) => ({ ...route!, id: `route-${n}` }));
  const big = { ...parts, table: () => ({ ...small, routes }) };
  const feed = eventFeed(big, heartbeatMs);
  closing.defer(() => feed.close());
  const responses: ServerResponse[] = [];
  const app = adminApp(big, feed);
  const server = createServer((req, res) => {
    responses.push(res);
    app(req, res);
  });
  server.listen(0, "127.0.0.1");
  closing.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  let version = 1;
  /** Moves every route. */
  const change = () => {
    version += 1;
    const moved = { stage: version % 2 === 0 ? "cutover" : "shadow", percent: 0 } as const;
    flags.set({
      version: String(version),
      killed: false,
      routes: new Map(routes.map(({ id }) => [id, moved])),
    });
    changes.telemetry.flagsChanged({ version: String(version), killed: false });
  };
  return { port, responses, change, url: `http://127.0.0.1:${port}/api/events` };
}

async function stuckListener(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").pause();
  socket.on("error", () => undefined);
  socket.write("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("connect", resolve));
  closing.defer(() => void socket.destroy());
  return socket;
}

describe("a listener that takes nothing", () => {
  it("costs no more than one message, however much changes", async () => {
    const { port, responses, change } = await oneSeat(60_000);
    await stuckListener(port);
    await expect.poll(() => responses[0]?.writableNeedDrain, { timeout: 5000 }).toBe(true);
    const waiting = responses[0]!.writableLength;
    for (let n = 0; n < 5; n += 1) {
      change();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(responses[0]!.writableLength).toBe(waiting);
  });

  it("is told the newest as soon as it takes something, and nothing of what was in between", async () => {
    const { port, responses, change } = await oneSeat(60_000);
    const socket = await stuckListener(port);
    await expect.poll(() => responses[0]?.writableNeedDrain, { timeout: 5000 }).toBe(true);
    for (let n = 0; n < 3; n += 1) {
      change();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    let gateways = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      gateways += [...text.matchAll(/"flagVersion":"(\d+)"/g)].map(([, version]) => version).join("");
    });
    socket.resume();
    await expect.poll(() => gateways, { timeout: 10_000 }).toBe("14");
  });

  it("loses its seat after two heartbeats", async () => {
    const { port, responses, url } = await oneSeat(HEARTBEAT_MS);
    await stuckListener(port);
    await expect.poll(() => responses[0]?.writableNeedDrain, { timeout: 5000 }).toBe(true);
    expect((await fetch(url)).status).toBe(503);
    await expect.poll(() => responses[0]?.destroyed, { timeout: 10_000 }).toBe(true);
    const next = await fetch(url);
    expect(next.status).toBe(200);
    await next.body?.cancel();
  });
});

describe("a listener that takes what it is sent", () => {
  it("keeps its seat, and is shown that somebody is there", async () => {
    const { url } = await oneSeat(HEARTBEAT_MS, 3);
    const answer = await fetch(url);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split(": still here\n\n").length < 4) text += (await reader.read()).value ?? "";
    expect(text).toMatch(
      /^retry: \d+\n\nid: \S+\nevent: snapshot\ndata: \{"gateway":.*\}\n\n(: still here\n\n)+$/,
    );
    expect((await fetch(url)).status).toBe(503);
    await reader.cancel();
  });
});

describe("a listener whose proof ends", () => {
  it("is told nothing more", async () => {
    const midnight = Date.UTC(2026, 10, 22);
    let now = midnight - 1;
    const sha256 = createHash("sha256").update("s3cret").digest("hex");
    const tokens = [{ name: "ci", sha256, role: "viewer", until: "2026-11-21" }];
    const operators = operatorsEntry.parse({ tokens });
    const { parts } = await fakeParts({ operators: () => operators });
    const timed = { ...parts, clock: { now: () => now, elapsed: () => 0 } };
    const feed = eventFeed(timed, HEARTBEAT_MS);
    closing.defer(() => feed.close());
    const server = adminApp(timed, feed).listen(0, "127.0.0.1");
    closing.defer(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/events`;
    const answer = await fetch(url, { headers: { authorization: "Bearer s3cret" } });
    const told = answer.text();
    now = midnight;
    expect(await told).toContain("event: snapshot");
  });
});

describe("while nobody listens", () => {
  it("nothing is looked at when something changes", async () => {
    const changes = liveChanges();
    const { parts } = await fakeParts({ changes });
    let looks = 0;
    const table = () => {
      looks += 1;
      return parts.table();
    };
    const feed = eventFeed({ ...parts, table }, HEARTBEAT_MS);
    closing.defer(() => feed.close());
    changes.telemetry.flagsChanged({ version: "2", killed: false });
    await new Promise((resolve) => setTimeout(resolve, 3 * HEARTBEAT_MS));
    expect(looks).toBe(0);
  });

  it("copies are counted all the same", () => {
    const changes = liveChanges();
    const route = tableOf(ROUTES).routes[0]!;
    for (const outcome of ["match", "match", "dropped"] as const) {
      changes.telemetry.shadowed({ route, candidate: "function", outcome, reason: null, copy: null });
    }
    expect(changes.evidence(route.id)).toEqual({
      id: route.id,
      match: 2,
      ignored: 0,
      mismatch: 0,
      inconclusive: 0,
      dropped: 1,
    });
    expect(changes.evidence("another")).toBeNull();
  });
});

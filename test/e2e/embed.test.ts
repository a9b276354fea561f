import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import request from "supertest";
import { afterEach, describe, expect, it } from "vitest";
import { banyan, banyanMiddleware } from "../../gateway/embed.ts";
import { fakeFunction, startHarness, text } from "../support/harness.ts";
import { rawServer } from "../support/raw-server.ts";
import { startMonolith } from "../support/real-gateway.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const routes = "  order: { match: { path: '/api/orders/{id}' }, function: { lambda: f }, stage: cutover }";

async function embedded(mountAt = "/") {
  const legacy = await rawServer((socket, soFar) => {
    if (soFar.endsWith("hello")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlegacy");
  });
  cleanups.push(() => legacy.close());
  const order = fakeFunction(async (message) => {
    const body = (await message.body.whole(1_000))!;
    return text(201, `${message.method} ${message.target.raw} ${String(body)}`, ["X-Function", "1"]);
  });
  const harness = await startHarness({ legacyUrl: legacy.url, routes, functions: { order } });
  cleanups.push(() => harness.close());
  const app = express();
  app.use(mountAt, banyanMiddleware(harness.core));
  app.use(express.json());
  app.get("/own", (_req, res) => void res.send("the app's own"));
  app.post("/echo", (req, res) => void res.json(req.body));
  return { app, order };
}

describe("embedded in an express app", () => {
  it("takes the routes of its table", async () => {
    const { app } = await embedded();
    const answer = await request(app)
      .post("/api/orders/7?x=%2F")
      .set("Content-Type", "text/plain")
      .send("hello");
    expect(answer.status).toBe(201);
    expect(answer.headers["x-function"]).toBe("1");
    expect(answer.text).toBe("POST /api/orders/7?x=%2F hello");
  });

  it("leaves what it has written to whoever keeps it, as a log of bodies does", async () => {
    const legacy = await startMonolith((req, res) => res.end(Buffer.alloc(2_000_000, req.url!.at(-1))));
    cleanups.push(() => legacy.close());
    const inLegacy = "  order: { match: { path: '/api/orders/{id}' }, function: { lambda: f } }";
    const harness = await startHarness({ legacyUrl: legacy.url, routes: inLegacy });
    cleanups.push(() => harness.close());
    const kept = new Map<string, Buffer[]>();
    const app = express();
    app.use((req, res, next) => {
      const chunks: Buffer[] = [];
      kept.set(req.url, chunks);
      const write = res.write.bind(res) as (...all: unknown[]) => boolean;
      res.write = (chunk: Buffer, ...rest: unknown[]) => {
        chunks.push(chunk);
        return write(chunk, ...rest);
      };
      next();
    });
    app.use(banyanMiddleware(harness.core));
    await request(app).get("/api/orders/a");
    await request(app).get("/api/orders/b");
    expect(Buffer.concat(kept.get("/api/orders/a")!).equals(Buffer.alloc(2_000_000, "a"))).toBe(true);
    expect(Buffer.concat(kept.get("/api/orders/b")!).equals(Buffer.alloc(2_000_000, "b"))).toBe(true);
  });

  it("leaves everything else to the app, bodies untouched", async () => {
    const { app, order } = await embedded();
    expect((await request(app).get("/own")).text).toBe("the app's own");
    expect((await request(app).post("/echo").send({ a: 1 })).body).toEqual({ a: 1 });
    expect((await request(app).get("/nowhere")).status).toBe(404);
    expect(order.calls).toBe(0);
  });

  it("routes on the whole path where it is mounted below one", async () => {
    const { app } = await embedded("/api");
    expect((await request(app).get("/api/orders/7")).text).toBe("GET /api/orders/7 ");
  });

  it("reads routes.yaml and takes up flips by itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "banyan-test-"));
    const legacy = await rawServer((socket) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlegacy"),
    );
    const config = `version: 1\nlegacy: { url: "${legacy.url}" }\naws: { endpoint: "http://127.0.0.1:1" }\nroutes:\n  o: { match: { path: /o }, function: { lambda: f } }\n`;
    writeFileSync(join(folder, "routes.yaml"), config);
    const env = { BANYAN_CONFIG: join(folder, "routes.yaml"), BANYAN_DATA: folder, LOG_LEVEL: "silent" };
    const embeddedGateway = await banyan(env);
    cleanups.push(() => rmSync(folder, { recursive: true }));
    cleanups.push(() => legacy.close());
    cleanups.push(() => embeddedGateway.close());
    const app = express().use(embeddedGateway.middleware);
    expect((await request(app).get("/o")).text).toBe("legacy");
    expect((await request(app).get("/other")).status).toBe(404);
    // Retired, with no function in reach: now it is the function that is asked.
    writeFileSync(join(folder, "flags.yaml"), "version: 1\nkill: false\nroutes:\n  o: { stage: retired }\n");
    await expect.poll(async () => (await request(app).get("/o")).status, { timeout: 5_000 }).toBe(502);
  });

  it("says so when a body parser came first", async () => {
    const { app: inner } = await embedded();
    const app = express();
    app.use(express.json(), inner);
    const answer = await request(app).post("/api/orders/7").send({ a: 1 });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("mount banyan first");
  });
});

import { connect } from "node:net";
import { text } from "node:stream/consumers";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminServer, type AdminServer } from "../../../gateway/admin/server.ts";
import { operatorsEntry } from "../../../gateway/config/operators-schema.ts";
import { fakeParts } from "./fake-parts.ts";
import { containing } from "../cli/text-matchers.ts";

let server: AdminServer;
let url: string;
let changes: readonly unknown[];

beforeAll(async () => {
  const operators = operatorsEntry.parse({ hosts: ["Ops.Internal"], allow: "loopback" });
  const fake = await fakeParts({ operators: () => operators });
  changes = fake.changes;
  server = await adminServer(fake.parts, { host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.close());

const KILL = { on: true, reason: "test" };

describe("the operator's guards", () => {
  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:9901", "evil.example:9901"])(
    "turn away a request for the host %s, however it got here (DNS rebinding)",
    async (host) => {
      const answer = await request(url).get("/api/status").set("Host", host);
      expect(answer.status).toBe(421);
      expect(answer.body).toMatchObject({ status: 421, type: "urn:banyan:problem:host-not-allowed" });
    },
  );

  it.each(["localhost", "LOCALHOST:1234", "127.0.0.1:80", "[::1]:9901", "ops.internal:8443"])(
    "let the host %s in",
    async (host) => {
      expect((await request(url).get("/api/status").set("Host", host)).status).toBe(200);
    },
  );

  it("turn away a request without a host", async () => {
    const socket = connect(server.port, "127.0.0.1").setEncoding("latin1");
    socket.write("GET /api/status HTTP/1.0\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 421 /);
  });

  it.each(["http://evil.example", "http://127.0.0.1:1", "null", "https://localhost"])(
    "turn away a change from a page of %s",
    async (origin) => {
      const answer = await request(url).post("/api/kill").set("Origin", origin).send(KILL);
      expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
    },
  );

  it.each(["cross-site", "same-site", "nonsense"])(
    "turn away a change whose browser says it comes from %s",
    async (site) => {
      const answer = await request(url).post("/api/kill").set("Sec-Fetch-Site", site).send(KILL);
      expect(answer.status).toBe(403);
    },
  );

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
  ])("turn away a change in %s, which a form could send", async (type) => {
    const answer = await request(url).post("/api/kill").set("Content-Type", type).send(JSON.stringify(KILL));
    expect(answer.status).toBe(415);
  });

  it("turn away a change without any type", async () => {
    expect((await request(url).post("/api/kill")).status).toBe(415);
  });

  it.each(["put", "patch", "delete", "options"] as const)("turn away %s", async (method) => {
    const answer = await request(url)[method]("/api/kill");
    expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, HEAD, POST"]);
  });

  it.each(["/api/flip", "/api/promote", "/api/rollback", "/api/kill"])(
    "never change anything by GET: %s",
    async (path) => {
      const answer = await request(url).get(`${path}?on=true&route=get-order&stage=shadow&all=true&reason=x`);
      expect([answer.status, answer.headers["allow"]]).toEqual([405, "POST"]);
    },
  );

  it("refuse a body over 64 KiB", async () => {
    const answer = await request(url)
      .post("/api/kill")
      .send({ on: true, reason: "x".repeat(64 * 1024) });
    expect([answer.status, answer.type]).toEqual([413, "application/problem+json"]);
  });

  it("refuse a compressed body, which could be of any size", async () => {
    const answer = await request(url).post("/api/kill").set("Content-Encoding", "gzip").send(KILL);
    expect(answer.status).toBe(415);
  });

  it("refuse a body that is no JSON, and reflect nothing of it", async () => {
    const answer = await request(url).post("/api/kill").type("json").send('{"<b>');
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain("<b>");
  });

  it("let nothing of all this change anything", () => {
    expect(changes).toEqual([]);
  });

  it("let a page of their own change something", async () => {
    const answer = await request(url)
      .post("/api/kill")
      .set("Origin", url)
      .set("Sec-Fetch-Site", "same-origin")
      .send(KILL);
    expect(answer.status).toBe(200);
  });

  it("give every answer the fields that keep browsers from doing more than asked", async () => {
    for (const path of ["/healthz", "/api/status", "/nowhere"]) {
      const { headers } = await request(url).get(path);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "content-security-policy": containing("default-src 'none'"),
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
      expect(headers).not.toHaveProperty("x-powered-by");
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    }
  });
});

describe("the operator's listener", () => {
  it.each(["0.0.0.0", "::", "192.0.2.1", "gateway.internal", "127.0.0.1.evil.example"])(
    "refuses to listen on %s as long as nobody is asked who they are",
    async (host) => {
      const { parts } = await fakeParts();
      await expect(adminServer(parts, { host, port: 0 })).rejects.toThrow(/loopback only.*set ADMIN_HOST/);
    },
  );

  it("says in one line that its port is taken", async () => {
    const { parts } = await fakeParts();
    const taken = adminServer(parts, { host: "127.0.0.1", port: server.port });
    await expect(taken).rejects.toThrow(`port ${server.port} is in use`);
  });

  it("closes although a client keeps its connection", async () => {
    const { parts } = await fakeParts();
    const closing = await adminServer(parts, { host: "127.0.0.1", port: 0 });
    const socket = connect(closing.port, "127.0.0.1").on("error", () => undefined);
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    await closing.close();
    await closing.close();
    await expect(fetch(`http://127.0.0.1:${closing.port}/healthz`)).rejects.toThrow("fetch failed");
    socket.destroy();
  });
});

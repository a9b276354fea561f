import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { adminServer } from "../../gateway/admin/server.ts";
import type { LiveParts } from "../../gateway/admin/admin-parts.ts";
import { auditContent, intended } from "../../gateway/audit/record.ts";
import { operatorsEntry } from "../../gateway/config/operators-schema.ts";
import { trustIn } from "../../gateway/http/trust.ts";
import { fakeParts } from "../unit/admin/fake-parts.ts";
import { INTENT } from "../unit/audit/sample-log.ts";
import { startHarness } from "../support/harness.ts";
import { startMonolith, startRealGateway } from "../support/real-gateway.ts";

/** What is written down of changes, how many are taken, and where requests never go. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(live: Partial<LiveParts> = {}) {
  const fake = await fakeParts(live);
  const server = await adminServer(fake.parts, { host: "127.0.0.1", port: 0 });
  cleanups.push(() => server.close());
  const post = async (path: string, body: object, fields: Record<string, string> = {}) => {
    const headers = { "content-type": "application/json", ...fields };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await fetch(`http://127.0.0.1:${server.port}${path}`, init)).status;
  };
  return { ...fake, post };
}

const FORCED = { route: "get-order", stage: "cutover", reason: "r", force: true };
const token = { authorization: "Bearer secret" };
const withToken = operatorsEntry.parse({
  tokens: [{ name: "ann", sha256: createHash("sha256").update("secret").digest("hex"), role: "admin" }],
});

it("the audit log marks forced flips, and how whoever forced them was proven", async () => {
  const { post, audited } = await start({ operators: () => withToken });
  expect(await post("/api/flip", FORCED, token)).toBe(200);
  expect(audited[0]).toMatchObject({ by: "ann", forced: true, via: { channel: "api", proof: "token" } });
});

it("the audit log says so when nothing was proven but to be on this machine", async () => {
  const { post, audited } = await start();
  expect(await post("/api/rollback", { route: "get-order" })).toBe(200);
  expect(audited[0]).toMatchObject({ via: { proof: "local" } });
  expect(audited[0]).not.toMatchObject({ forced: true });
});

it("the audit log has the address that a listed proxy names, and nobody else's word for it", async () => {
  const forwarded = { "x-forwarded-for": "203.0.113.9" };
  const stranger = await start();
  await stranger.post("/api/rollback", { route: "get-order" }, forwarded);
  expect(stranger.audited[0]).toMatchObject({ via: { remote: "127.0.0.1" } });
  const listed = await start({ trusts: trustIn(["127.0.0.0/8"]) });
  await listed.post("/api/rollback", { route: "get-order" }, forwarded);
  expect(listed.audited[0]).toMatchObject({ via: { remote: "203.0.113.9" } });
});

it("records from before these fields were written are read as they are", () => {
  const old = intended("1", INTENT);
  expect(Object.keys(old)).not.toContain("forced");
  expect(auditContent.parse(old)).toEqual(old);
});

it("GET changes nothing", async () => {
  const { parts, changes } = await fakeParts();
  const server = await adminServer(parts, { host: "127.0.0.1", port: 0 });
  cleanups.push(() => server.close());
  for (const path of ["flip", "promote", "rollback", "pause", "kill"]) {
    const url = `http://127.0.0.1:${server.port}/api/${path}?route=get-order&stage=legacy&reason=r&on=true`;
    expect((await fetch(url)).status).toBe(405);
  }
  expect(changes).toEqual([]);
});

it("changes beyond 120 a minute are refused, ways back never are", async () => {
  const { post } = await start();
  const wishes = Array.from({ length: 120 }, () =>
    post("/api/flip", { route: "get-order", stage: "shadow", reason: "r", dryRun: true }),
  );
  expect(new Set(await Promise.all(wishes))).toEqual(new Set([200]));
  expect(await post("/api/promote", { route: "get-order" })).toBe(429);
  expect(await post("/api/kill", { on: true })).toBe(200);
  expect(await post("/api/rollback", { route: "get-order" })).toBe(200);
});

it("a redirect of legacy is the client's to follow, and no field of a request chooses where it goes", async () => {
  const asked: string[] = [];
  const decoy = createServer((req, res) => {
    asked.push(req.url ?? "");
    res.end();
  });
  await new Promise<void>((resolve) => decoy.listen(0, "127.0.0.1", resolve));
  const elsewhere = `127.0.0.1:${(decoy.address() as AddressInfo).port}`;
  const legacy = createServer(
    (_req, res) => void res.writeHead(302, { location: `http://${elsewhere}/` }).end(),
  );
  await new Promise<void>((resolve) => legacy.listen(0, "127.0.0.1", resolve));
  const legacyUrl = `http://127.0.0.1:${(legacy.address() as AddressInfo).port}`;
  const harness = await startHarness({ legacyUrl });
  cleanups.push(
    () => decoy.close(),
    () => legacy.close(),
    () => harness.close(),
  );
  const headers = {
    "x-forwarded-host": elsewhere,
    forwarded: `host=${elsewhere}`,
    "x-original-url": `http://${elsewhere}/`,
  };
  const answer = await fetch(harness.url, { redirect: "manual", headers });
  expect([answer.status, answer.headers.get("location")]).toEqual([302, `http://${elsewhere}/`]);
  const { connectTo } = await import("../edge/client.ts");
  const raw = await connectTo(harness.port);
  raw.socket.write(`GET http://${elsewhere}/absolute HTTP/1.1\r\nHost: ${elsewhere}\r\n\r\n`);
  await expect.poll(() => raw.received()).toMatch(/^HTTP\/1.1 302 /);
  raw.socket.destroy();
  expect(asked).toEqual([]);
});

it("a flip that cannot be written is a problem that says so, and nothing was changed; a kill works", async () => {
  const monolith = await startMonolith();
  cleanups.push(() => monolith.close());
  // Nobody can make a file there, root included.
  const more =
    "flags: { source: file, file: /proc/banyan-flags.yaml }\nroutes: { get-order: { match: { path: /o }, function: { lambda: f } } }";
  const gateway = await startRealGateway(monolith.url, more);
  cleanups.push(() => gateway.close());
  const url = `http://127.0.0.1:${gateway.adminPort}`;
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const refused = await post("/api/flip", { ...FORCED, stage: "shadow" });
  expect([refused.status, await refused.json()]).toEqual([
    507,
    {
      type: "urn:banyan:problem:not-written",
      title: "Insufficient Storage",
      status: 507,
      detail: expect.stringMatching(
        /^nothing was changed, because \/proc\/banyan-flags\.yaml cannot be written: E/,
      ) as string,
      next: expect.stringContaining("write access") as string,
    },
  ]);
  expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({
    flags: { version: "none", fresh: true },
    routes: [{ stage: "legacy" }],
  });
  expect(await (await post("/api/kill", { on: true, reason: "r" })).json()).toMatchObject({ made: true });
  expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({ flags: { stoppedHere: true } });
});

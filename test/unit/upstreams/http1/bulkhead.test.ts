import type { Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { unmatchedTenant } from "../../../../gateway/routes/unmatched-tenant.ts";
import { leanUpstream } from "../../../../gateway/upstreams/http1/lean-upstream.ts";
import { rawServer } from "../../../support/raw-server.ts";
import { aRequest } from "../../../support/requests.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** On a busy machine, too. */
const SOON = { timeout: 10_000 };

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A server that answers when it is told to, and what reached it, in order. */
async function patientServer() {
  const reached: { path: string; socket: Socket }[] = [];
  const server = await rawServer((socket, soFar) => {
    if (!soFar.endsWith("\r\n\r\n")) return;
    const path = /(\S+) HTTP\/1\.1\r\n(?:(?!HTTP\/1\.1)[^])*$/.exec(soFar)![1]!;
    reached.push({ path, socket });
  });
  cleanups.push(() => server.close());
  const paths = () => reached.map(({ path }) => path);
  return {
    url: server.url,
    reached,
    paths,
    answer: (path: string) => reached.find((one) => one.path === path)!.socket.write(ANSWER),
  };
}

/** Asks for `/a1` on the account of `a`, and so on. */
function client(url: string, connections: number, share: number) {
  const upstream = leanUpstream({ name: "legacy", url, connections, share });
  cleanups.push(() => upstream.close());
  return (path: string, { timeoutMs = 60_000, signal = new AbortController().signal } = {}) =>
    upstream.send(aRequest({ target: path }), { timeoutMs, signal, tenant: path[1]! }).then(
      ({ status }) => status,
      (error: unknown) => String(error),
    );
}

it("leaves connections to others, however many requests of one tenant hang", async () => {
  const server = await patientServer();
  const ask = client(server.url, 4, 50);
  const hanging = ["/a1", "/a2", "/a3", "/a4", "/a5"].map((path) => ask(path));
  const other = ask("/b1");
  await expect.poll(server.paths, SOON).toContain("/b1");
  server.answer("/b1");
  expect(await other).toBe(200);
  // Not even the one that b has left: the next b may want it.
  const last = ask("/b2");
  await expect.poll(server.paths, SOON).toContain("/b2");
  expect(server.paths().filter((path) => path.startsWith("/a"))).toEqual(["/a1", "/a2"]);
  server.answer("/b2");
  await last;
  for (const path of ["/a1", "/a2", "/a3", "/a4", "/a5"]) {
    await expect.poll(server.paths, SOON).toContain(path);
    server.answer(path);
  }
  expect(await Promise.all(hanging)).toEqual([200, 200, 200, 200, 200]);
});

it("gives what becomes free to those that wait, in turn, and the first of each first", async () => {
  const server = await patientServer();
  const ask = client(server.url, 2, 100);
  const all = ["/a1", "/a2", "/a3", "/a4", "/a5", "/b1", "/b2"].map((path) => ask(path));
  await expect.poll(server.paths, SOON).toHaveLength(2);
  for (let done = 0; done < all.length; done++) {
    await expect.poll(() => server.reached.length, SOON).toBeGreaterThan(done);
    server.answer(server.paths()[done]!);
  }
  expect(await Promise.all(all)).toEqual(all.map(() => 200));
  expect(server.paths().slice(2)).toEqual(["/a3", "/b1", "/a4", "/b2", "/a5"]);
});

it("turns away whom too many wait before, without a byte of it sent", async () => {
  const server = await patientServer();
  const ask = client(server.url, 1, 100);
  const leaving = new AbortController();
  const waiting = Array.from({ length: 1_001 }, () => ask("/a", { signal: leaving.signal }));
  expect(await ask("/a")).toMatch(/^UpstreamError: too many requests of a /);
  leaving.abort();
  await Promise.all(waiting);
  // The line is empty again.
  const next = ask("/a-next");
  await expect.poll(server.paths, SOON).toContain("/a-next");
  server.answer("/a-next");
  expect(await next).toBe(200);
});

it("keeps the account of connections that are reset, timed out or given up", async () => {
  const server = await patientServer();
  const ask = client(server.url, 2, 50);
  for (let round = 0; round < 10; round++) {
    const asked = ask(`/a${round}`);
    const late = ask(`/a${round}-late`, { timeoutMs: 1 });
    await expect.poll(server.paths, SOON).toContain(`/a${round}`);
    server.reached.at(-1)!.socket.resetAndDestroy();
    expect(await asked).toMatch(/reset|ECONNRESET/);
    expect(await late).toMatch(/no answer in/);
  }
  // Its one is free, and its one only.
  const [first, second] = [ask("/a-first"), ask("/a-second")];
  await expect.poll(server.paths, SOON).toContain("/a-first");
  expect(server.paths()).not.toContain("/a-second");
  server.answer("/a-first");
  await expect.poll(server.paths, SOON).toContain("/a-second");
  server.answer("/a-second");
  expect(await Promise.all([first, second])).toEqual([200, 200]);
});

it("takes unmatched requests together by where their paths begin, in lanes that are few", () => {
  const one = unmatchedTenant("/reports");
  for (const same of ["/reports/", "/reports/2026/11", "/reports?year=2026"])
    expect(unmatchedTenant(same)).toBe(one);
  const made = new Set(Array.from({ length: 10_000 }, (_, n) => unmatchedTenant(`/made-up-${n}`)));
  expect(made.size).toBe(64);
  expect(unmatchedTenant("/")).toMatch(/^\/\d+$/);
});

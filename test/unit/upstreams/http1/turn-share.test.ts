import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { expect, it } from "vitest";
import { leanUpstream } from "../../../../gateway/upstreams/http1/lean-upstream.ts";
import { aRequest } from "../../../support/requests.ts";

const BYTES = 32 * 1024 ** 2;

it("one answer, however fast it comes, does not keep the event loop from others", async () => {
  const server = createServer((_req, res) => res.end(Buffer.alloc(BYTES, "x"))).listen(0, "127.0.0.1");
  await once(server, "listening");
  const upstream = leanUpstream({
    name: "legacy",
    connections: 1,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const attempt = { timeoutMs: 10_000, signal: new AbortController().signal };
  const { body } = await upstream.send(aRequest(), attempt);
  let [all, inThisTurn, most] = [0, 0, 0];
  (body as Readable).on("data", (bytes: Buffer) => {
    all += bytes.length;
    if (inThisTurn === 0) setImmediate(() => (inThisTurn = 0));
    inThisTurn += bytes.length;
    most = Math.max(most, inThisTurn);
  });
  await once(body as Readable, "end");
  expect(all).toBe(BYTES);
  // Without a share of its own for each, it is 2 MB.
  expect(most).toBeLessThanOrEqual(256 * 1024);
  upstream.close();
  server.close();
});

import { createServer, type AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpUpstream, type HttpUpstream } from "../../../gateway/upstreams/http-upstream.ts";
import { leanUpstream } from "../../../gateway/upstreams/http1/lean-upstream.ts";
import { outcomeOf } from "../../contract/http-client-outcome.ts";
import { aRequest } from "../../support/requests.ts";
import type { Step } from "../edge-case.ts";
import { perform } from "../perform.ts";
import { said, type Said } from "./conversation.ts";
import { understood } from "./meant.ts";

/** Well-formed answers, in any segments: our own client over node:net makes of them what node:http's and fetch make of them. */

const RUNS = 150;
const SEGMENT_MS = 1;

let answer: Said;
let url: string;
const server = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.on("data", () => {
    const steps: Step[] = answer.segments.flatMap((segment) => [segment, { waitMs: SEGMENT_MS }]);
    perform([...steps, { close: "end" }], socket, () => "").catch(() => socket.destroy());
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** By a connection of its own: the end of the answer before could meet the request on one that is used again. */
async function by(client: typeof leanUpstream | typeof httpUpstream) {
  const upstream: HttpUpstream = client({ name: "legacy", url, connections: 1 });
  try {
    return await outcomeOf(upstream, aRequest());
  } finally {
    upstream.close();
  }
}

const wellFormed = said.filter((one) => {
  const reading = understood({ ...one, close: "end" }, "GET");
  if (one.mutated || reading === null || reading.end !== one.segments.join("").length) return false;
  // llhttp takes framing in trailers for framing, and our own client drops it.
  return !reading.message.trailers.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
});

/** What undici makes of it. */
async function byFetch(): Promise<{ status: number; body: string; keep: string[] }> {
  const got = await fetch(url, { redirect: "manual" });
  const body = Buffer.from(await got.arrayBuffer()).toString("latin1");
  return { status: got.status, body, keep: (got.headers.get("x-keep") ?? "").split(", ") };
}

describe("well-formed answers come to the same", () => {
  it("by our own client, node:http's and undici", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(wellFormed, async (one) => {
      answer = one;
      const [ours, theirs] = [await by(leanUpstream), await by(httpUpstream)];
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) throw different(one, ours, theirs);
      // It decompresses, and takes no `100 Continue` that it has not asked for.
      if (/content-encoding|100 continue/i.test(one.segments.join(""))) return;
      const { status, body, keep } = await byFetch();
      const [ourStatus, , headers] = ours.head as [number, string, string[]];
      const ourKeep = headers.filter((_, i) => i % 2 === 1 && headers[i - 1]!.toLowerCase() === "x-keep");
      const got = JSON.stringify([status, body, keep.join(", ")]);
      const expected = JSON.stringify([ourStatus, ours.body, ourKeep.join(", ")]);
      if (got !== expected) throw new Error(`undici: ${got}\nours: ${expected}`);
    });
    await expect(fc.assert(property, { seed: 7, numRuns: RUNS })).resolves.toBeUndefined();
  });
});

function different(one: Said, ours: unknown, theirs: unknown): Error {
  return new Error(
    `${JSON.stringify(one.segments)}\nours: ${JSON.stringify(ours)}\nnode: ${JSON.stringify(theirs)}`,
  );
}

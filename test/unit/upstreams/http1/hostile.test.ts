import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { leanUpstream } from "../../../../gateway/upstreams/http1/lean-upstream.ts";
import { outcomeOf } from "../../../contract/http-client-outcome.ts";
import { rawServer } from "../../../support/raw-server.ts";
import { aRequest } from "../../../support/requests.ts";
import { cutInto, mutated, segments } from "./mutations.ts";

const SAMPLES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: 1\r\n\r\n",
  "HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No\r\nX: 1\r\n\r\n",
  "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end",
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nworld",
];

const answer = fc.record({
  bytes: mutated(SAMPLES),
  cuts: segments,
  ending: fc.constantFrom("wait", "end", "reset"),
});

async function say(
  socket: Socket,
  { bytes, cuts, ending }: typeof answer extends fc.Arbitrary<infer T> ? T : never,
) {
  for (const part of cutInto(bytes, cuts)) {
    socket.write(part);
    await pause(0);
  }
  if (ending === "end") socket.end();
  if (ending === "reset") socket.resetAndDestroy();
}

it("comes to an end with an answer or an UpstreamError, whatever a server says, and the next answer is the next one's", async () => {
  let saying: Promise<void> = Promise.resolve();
  let hostile: Parameters<typeof say>[1] | null = null;
  const server = await rawServer((socket, soFar) => {
    if (!soFar.endsWith("\r\n\r\n")) return;
    if (hostile === null) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
    else saying = say(socket, hostile);
    hostile = null;
  });
  const upstream = leanUpstream({ name: "legacy", url: server.url, connections: 1 });
  try {
    await fc.assert(
      fc.asyncProperty(answer, async (said) => {
        hostile = said;
        const gone = new AbortController();
        // Half an answer that is waited on for ever is for its reader to give up.
        const giveUp = setTimeout(() => gone.abort(), 200);
        // A POST: nobody asks again for it.
        await outcomeOf(upstream, aRequest({ method: "POST", signal: gone.signal }), 100);
        clearTimeout(giveUp);
        await saying;
        // What comes late comes to a connection that nobody uses.
        await pause(3);
        const next = await outcomeOf(upstream, aRequest({ method: "POST" }), 5_000);
        expect(next.body).toBe("next");
      }),
      { numRuns: 150 },
    );
  } finally {
    upstream.close();
    await server.close();
  }
}, 120_000);

import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { RequestBody } from "../../../../gateway/http/body.ts";
import { leanUpstream } from "../../../../gateway/upstreams/http1/lean-upstream.ts";
import { rawServer } from "../../../support/raw-server.ts";
import { aRequest } from "../../../support/requests.ts";

const attempt = () => ({ timeoutMs: 5_000, signal: new AbortController().signal });

it.each([
  ["ends", (socket: { end(): unknown }) => socket.end()],
  ["resets", (socket: { resetAndDestroy(): unknown }) => socket.resetAndDestroy()],
])(
  "a server that answers early and %s its connection is heard, though the client stopped sending",
  async (_, leave) => {
    const said = "x".repeat(70_000);
    const server = await rawServer((socket, _soFar, connection) => {
      if (connection > 0) socket.write("HTTP/1.1 204 No\r\n\r\n");
      else {
        socket.write(`HTTP/1.1 413 No\r\nContent-Length: ${said.length}\r\n\r\n${said}`);
        setTimeout(() => leave(socket), 50);
      }
    });
    await using cleanups = new AsyncDisposableStack();
    cleanups.defer(() => server.close());
    const upstream = leanUpstream({ name: "legacy", url: server.url, connections: 1 });
    cleanups.defer(() => upstream.close());
    const stalled = new PassThrough();
    stalled.write("a");
    const body = RequestBody.from({ stream: stalled, length: 1_000_000 });
    const answer = await upstream.send(aRequest({ method: "POST", body }), attempt());
    // All of it has come, and is read only now.
    await pause(20);
    if (answer.body instanceof Readable) await once(answer.body.resume(), "end");
    // There is but one connection: the next request has to get it.
    expect((await upstream.send(aRequest(), attempt())).status).toBe(204);
  },
);

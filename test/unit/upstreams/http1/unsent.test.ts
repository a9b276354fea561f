import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../gateway/clock.ts";
import { RequestBody } from "../../../../gateway/http/body.ts";
import { dialer, type Dialled } from "../../../../gateway/upstreams/http1/dial.ts";
import { Exchange } from "../../../../gateway/upstreams/http1/exchange.ts";
import { Pool } from "../../../../gateway/upstreams/http1/pool.ts";
import { requestHead } from "../../../../gateway/upstreams/http1/request-head.ts";
import type { UpstreamResponse } from "../../../../gateway/upstreams/upstream.ts";
import { rawServer } from "../../../support/raw-server.ts";
import { aRequest } from "../../../support/requests.ts";

/** What comes over a kept connection between the moment when a request is given to it and the one when it is written. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A server that counts requests, and its client, whose connections can be reached. */
async function keptConnection() {
  const asked: string[] = [];
  let heard = "";
  const server = await rawServer((socket, soFar) => {
    heard = soFar;
    // One that expects a word gets none, and so an answer once its body is there.
    if (/Expect: 100-continue[^]*\r\n\r\n$/.test(soFar) && !soFar.includes("/smuggled")) return;
    asked.push(soFar.slice(soFar.lastIndexOf("POST")).split(" ")[1]!);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  cleanups.push(() => server.close());
  const kept: { socket: Socket; bring: (text: string) => void }[] = [];
  const direct = dialer(server.url);
  const dial = (dialled: Dialled) => {
    const socket = direct.dial(dialled);
    kept.push({ socket, bring: (text) => dialled.onData(Buffer.from(text)) });
    return socket;
  };
  const pool = new Pool({ ...direct, dial }, { connections: 4 }, systemClock);
  cleanups.push(() => pool.close());
  const ask = (target: string, body = RequestBody.of(Buffer.from("body")), headers: string[] = []) => {
    const request = aRequest({ method: "POST", target, headers, body });
    const attempt = { timeoutMs: 10_000, signal: new AbortController().signal };
    return new Exchange(request, requestHead(request, direct.authority), attempt, pool, systemClock).answer;
  };
  expect((await ask("/first")).status).toBe(200);
  return { ask, asked, kept: kept[0]!.socket, bring: kept[0]!.bring, heard: () => heard };
}

describe("a request that was not written yet", () => {
  it("takes no answer that was not meant for it, and goes out on a new connection", async () => {
    const { ask, asked, kept, bring } = await keptConnection();
    const answer = ask("/second");
    bring("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    expect((await answer).status).toBe(200);
    expect(kept.destroyed).toBe(true);
    expect(asked).toEqual(["/first", "/second"]);
  });

  it("is not followed by its body before it, however long the event loop stands still in between", async () => {
    const { ask, heard } = await keptConnection();
    const stream = Readable.from(["GET /smuggled HTTP/1.1\r\n\r\n"], { objectMode: false });
    const answer = await new Promise<UpstreamResponse>((resolve, reject) => {
      // Behind the event loop's reads, so that timers come next; and those of the body are due by then.
      setImmediate(() => {
        ask("/second", RequestBody.from({ stream, length: 26 }), ["Expect", "100-continue"]).then(
          resolve,
          reject,
        );
        const until = performance.now() + 1_100;
        while (performance.now() < until);
      });
    });
    expect(answer.status).toBe(200);
    expect(heard()).toMatch(/POST \/second HTTP\/1\.1\r\n[^]*\r\n\r\nGET \/smuggled/);
    expect(heard()).not.toMatch(/GET \/smuggled[^]*POST \/second/);
  });

  it("goes out on a new connection when the kept one ends, though it must not be sent twice", async () => {
    const { ask, asked, kept } = await keptConnection();
    const answer = ask("/second");
    kept.emit("end");
    expect((await answer).status).toBe(200);
    expect(asked).toEqual(["/first", "/second"]);
  });
});

import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { RequestBody } from "../../../../gateway/http/body.ts";
import { leanUpstream } from "../../../../gateway/upstreams/http1/lean-upstream.ts";
import { outcomeOf, type Outcome } from "../../../contract/http-client-outcome.ts";
import { rawServer, type RawServer } from "../../../support/raw-server.ts";
import { aRequest } from "../../../support/requests.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function server(...script: Parameters<typeof rawServer>): Promise<RawServer> {
  const made = await rawServer(...script);
  cleanups.push(() => made.close());
  return made;
}

function clientOf({ url }: RawServer, connections = 4) {
  const upstream = leanUpstream({ name: "legacy", url, connections });
  cleanups.push(() => upstream.close());
  return upstream;
}

const isWhole = (soFar: string) => soFar.endsWith("\r\n\r\n");

/** Answers the first request of all in this way, and all others with `next`. */
function firstThen(first: (socket: Socket) => unknown) {
  let asked = 0;
  return (socket: Socket, soFar: string) => {
    if (!isWhole(soFar)) return;
    asked += 1;
    if (asked === 1) first(socket);
    else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
  };
}

const ANSWERS: Readonly<Record<string, string>> = {
  "a length": "HTTP/1.1 200 OK\r\nX-A: caf\xe9\r\nContent-Length: 5\r\n\r\nhello",
  chunks: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
  trailers: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
  "interim answers":
    "HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
};

describe.each(Object.entries(ANSWERS))("an answer with %s", (_what, answer) => {
  const bytes = Buffer.from(answer, "latin1");

  async function asked(first: (socket: Socket) => unknown): Promise<{ outcome: Outcome; next: Outcome }> {
    const upstream = clientOf(await server(firstThen(first)), 1);
    return {
      outcome: await outcomeOf(upstream, aRequest({ method: "GET" })),
      next: await outcomeOf(upstream, aRequest({ method: "POST" })),
    };
  }

  it("is the same however it is cut in two", async () => {
    const { outcome: whole } = await asked((socket) => socket.write(bytes));
    expect(whole.body).toBe("hello");
    for (let at = 1; at < bytes.length; at++) {
      const { outcome, next } = await asked((socket) => {
        socket.write(bytes.subarray(0, at));
        setTimeout(() => socket.write(bytes.subarray(at)), 2);
      });
      expect(outcome, `cut at ${at}`).toEqual(whole);
      expect(next.body, `after a cut at ${at}`).toBe("next");
    }
  });

  it("is the same byte by byte", async () => {
    const { outcome: whole } = await asked((socket) => socket.write(bytes));
    const { outcome } = await asked(async (socket) => {
      for (const byte of bytes) {
        socket.write(Buffer.of(byte));
        await pause(0);
      }
    });
    expect(outcome).toEqual(whole);
  });

  it.each(["ended", "reset"])(
    "that is %s anywhere before its end is not taken for a whole one",
    async (how) => {
      for (let at = 0; at < bytes.length; at++) {
        const { outcome, next } = await asked((socket) => {
          const leave = () => (how === "ended" ? socket.end() : socket.resetAndDestroy());
          if (at === 0) leave();
          else socket.write(bytes.subarray(0, at), () => setTimeout(leave, 2));
        });
        const failed = outcome.head === "reset unknown" || !outcome.whole;
        expect(failed, `${how} at ${at}: ${JSON.stringify(outcome)}`).toBe(true);
        expect(next.body).toBe("next");
      }
    },
  );

  it("with more behind it is delivered, and its connection is used no more", async () => {
    const behind = `${answer}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`;
    const listening = await server(firstThen((socket) => socket.write(Buffer.from(behind, "latin1"))));
    const upstream = clientOf(listening, 1);
    expect((await outcomeOf(upstream, aRequest())).body).toBe("hello");
    expect((await outcomeOf(upstream, aRequest({ method: "POST" }))).body).toBe("next");
    expect(listening.received).toHaveLength(2);
  });
});

describe("a connection", () => {
  const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  it("is used again, the last one first", async () => {
    const listening = await server((socket, soFar) => {
      if (isWhole(soFar)) setTimeout(() => socket.write(OK), 5);
    });
    const upstream = clientOf(listening);
    await Promise.all([outcomeOf(upstream, aRequest()), outcomeOf(upstream, aRequest())]);
    for (let i = 0; i < 4; i++) await outcomeOf(upstream, aRequest());
    expect(listening.received.map((all) => all.split("GET").length - 1).toSorted((a, b) => a - b)).toEqual([
      1, 5,
    ]);
  });

  it("that gets bytes while it is idle is closed", async () => {
    const listening = await server((socket, soFar) => {
      if (!isWhole(soFar)) return;
      socket.write(OK);
      if (soFar.split("GET").length === 2) setTimeout(() => socket.write("HTTP/1.1 200 OK\r\n"), 20);
    });
    const upstream = clientOf(listening);
    await outcomeOf(upstream, aRequest());
    await expect.poll(() => listening.open()).toBe(0);
    expect((await outcomeOf(upstream, aRequest())).body).toBe("ok");
  });

  it.each([
    ["the server says close", "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok"],
    ["the server speaks HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ["the server keeps none", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok"],
  ])("is not kept when %s", async (_when, answer) => {
    const listening = await server((socket, soFar) => {
      if (isWhole(soFar)) socket.write(answer);
    });
    const upstream = clientOf(listening);
    expect((await outcomeOf(upstream, aRequest())).body).toBe("ok");
    await expect.poll(() => listening.open()).toBe(0);
  });

  it("is waited for in line, and those who gave up are passed over", async () => {
    const listening = await server((socket, soFar) => {
      if (isWhole(soFar)) setTimeout(() => socket.write(OK), 150);
    });
    const upstream = clientOf(listening, 1);
    const first = outcomeOf(upstream, aRequest());
    const second = outcomeOf(upstream, aRequest(), 20);
    const third = outcomeOf(upstream, aRequest());
    expect((await second).head).toBe("connect-timeout not-started");
    expect([(await first).body, (await third).body]).toEqual(["ok", "ok"]);
    expect(listening.received).toHaveLength(1);
  });

  it("is free again when nobody wants the rest of an answer", async () => {
    const listening = await server((socket, soFar) => {
      if (isWhole(soFar)) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    });
    const upstream = clientOf(listening);
    const gone = new AbortController();
    const { body } = await upstream.send(aRequest(), { timeoutMs: 5_000, signal: gone.signal });
    gone.abort();
    await expect.poll(() => listening.open()).toBe(0);
    expect(Buffer.isBuffer(body) || body.destroyed).toBe(true);
  });

  it("is kept to the end of what is in flight when the client is closed", async () => {
    const listening = await server((socket, soFar) => {
      if (isWhole(soFar)) setTimeout(() => socket.write(OK), 20);
    });
    const upstream = clientOf(listening);
    const answer = outcomeOf(upstream, aRequest());
    await expect.poll(() => listening.received.length).toBe(1);
    upstream.close();
    expect((await answer).body).toBe("ok");
    await expect.poll(() => listening.open()).toBe(0);
  });
});

describe("a body", () => {
  const upload = (source: PassThrough, more: readonly string[] = []) =>
    aRequest({
      method: "PUT",
      headers: ["Host", "a", ...more],
      body: RequestBody.from({ stream: source, length: null }),
    });

  it("is sent on while its answer is there already", async () => {
    const listening = await server((socket, soFar, connection) => {
      if (connection === 0 && soFar.endsWith("one\r\n")) {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
      }
    });
    const upstream = clientOf(listening);
    const source = new PassThrough();
    source.write("one");
    expect((await outcomeOf(upstream, upload(source))).body).toBe("early");
    source.end("two");
    await expect.poll(() => listening.received[0]).toMatch(/3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/);
    expect(listening.open()).toBe(1);
  });

  it("is not sent when the server answers instead of asking for it", async () => {
    const listening = await server((socket, soFar) => {
      if (isWhole(soFar)) socket.write("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno");
    });
    const source = new PassThrough();
    source.write("secret");
    const outcome = await outcomeOf(clientOf(listening), upload(source, ["Expect", "100-continue"]));
    expect(outcome.body).toBe("no");
    await expect.poll(() => listening.open()).toBe(0);
    expect(listening.received.join("")).not.toContain("secret");
  });

  it("goes no faster than the server reads", async () => {
    const listening = await server((socket) => socket.pause());
    const source = new PassThrough();
    void outcomeOf(clientOf(listening), upload(source), 2_000);
    let written = 0;
    while (written < 64e6) {
      if (!source.write(Buffer.alloc(65_536))) {
        const drained = new Promise<boolean>((resolve) => source.once("drain", () => resolve(true)));
        if (!(await Promise.race([drained, pause(300, false)]))) break;
      }
      written += 65_536;
    }
    expect(written).toBeLessThan(32e6);
    source.destroy();
  });

  it("of an answer comes no faster than it is read", async () => {
    const listening = await server((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
      socket.write(Buffer.alloc(100e6));
    });
    const { body } = await clientOf(listening).send(aRequest(), {
      timeoutMs: 5_000,
      signal: new AbortController().signal,
    });
    if (Buffer.isBuffer(body)) throw new Error("a hundred megabytes at once");
    await pause(200);
    expect(body.readableLength).toBeLessThan(1e6);
    body.destroy();
  });
});

describe("what must not be sent is not", () => {
  it.each<[string, Parameters<typeof aRequest>[0]]>([
    ["a line break in a value", { headers: ["Host", "a", "X", "a\r\nEvil: 1"] }],
    ["a line break in a name", { headers: ["Host", "a", "X\r\nEvil", "1"] }],
    ["a blank in a name", { headers: ["Host", "a", "X Y", "1"] }],
    ["a NUL", { headers: ["Host", "a", "X", "a\0"] }],
    ["a character that is no byte", { headers: ["Host", "a", "X", "\u{1f600}"] }],
    ["a method that is none", { method: "GET /evil HTTP/1.1\r\nX:" }],
    ["a second framing", { method: "POST", headers: ["Host", "a", "Transfer-Encoding", "chunked"] }],
    ["another length", { method: "POST", headers: ["Host", "a", "Content-Length", "7"] }],
    ["two lengths", { headers: ["Host", "a", "Content-Length", "0", "Content-Length", "0"] }],
  ])("%s", async (_what, parts) => {
    const listening = await server(() => undefined);
    const outcome = await outcomeOf(clientOf(listening), aRequest(parts));
    expect(outcome.head).toBe("rejected not-started");
    expect(listening.received).toEqual([]);
  });
});

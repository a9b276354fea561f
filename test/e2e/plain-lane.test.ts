import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startHarness } from "../support/harness.ts";

/** Connections that begin with plain requests, and go on with something else. */

const ending: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

/** A monolith that says what it was asked, and one client of the gateway before it. */
async function started(limits: Parameters<typeof startHarness>[0]["limits"] = {}) {
  const monolith = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString()));
    req.on("end", () => {
      const text = `[${req.method} ${req.url} ${body}]`;
      res.setHeader("Content-Length", text.length).end(text);
    });
  }).listen(0, "127.0.0.1");
  await once(monolith, "listening");
  ending.push(() => new Promise((resolve) => monolith.close(resolve)));
  const { port: legacy } = monolith.address() as AddressInfo;
  const gateway = await startHarness({ legacyUrl: `http://127.0.0.1:${legacy}`, limits });
  ending.push(() => gateway.close());
  const socket = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  ending.push(() => void socket.destroy());
  return { gateway, socket, heard: hearing(socket) };
}

/** Resolves with all that came, once it says this; rejects when the connection ends before. */
function hearing(socket: Socket) {
  let soFar = "";
  let wanted: { text: string; resolve: (all: string) => void; reject: (error: Error) => void } | null = null;
  const look = () => {
    if (wanted !== null && soFar.includes(wanted.text)) wanted.resolve(soFar);
  };
  socket.on("data", (bytes: Buffer) => {
    soFar += bytes.toString("latin1");
    look();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => wanted?.reject(new Error(`closed after ${JSON.stringify(soFar)}`)));
  return (text: string) =>
    new Promise<string>((resolve, reject) => {
      wanted = { text, resolve, reject };
      look();
    });
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`;
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: shop\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`;

describe("a connection", () => {
  it("carries plain requests and all others, in any order", async () => {
    const { socket, heard } = await started();
    for (const [text, said] of [
      [get("/1"), "[GET /1 ]"],
      [post("/2", "body"), "[POST /2 body]"],
      [chunked("/3"), "[POST /3 hi]"],
      [get("/4"), "[GET /4 ]"],
    ] as const) {
      socket.write(text);
      await heard(said);
    }
    expect((await heard("[GET /4 ]")).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(4);
  });

  it("answers what is sent ahead in its order", async () => {
    const { socket, heard } = await started();
    socket.write(get("/1"));
    socket.write(get("/2") + chunked("/3") + get("/4"));
    const all = await heard("[GET /4 ]");
    expect(all.match(/\[[A-Z]+ \/\d/g)).toEqual(["[GET /1", "[GET /2", "[POST /3", "[GET /4"]);
  });

  it("goes on after what was sent ahead, be it one request or more than a socket's buffers hold", async () => {
    const { socket, heard } = await started();
    socket.write(get("/1") + get("/2"));
    await heard("[GET /2 ]");
    socket.write(post("/3", "b".repeat(30_000)).repeat(100) + get("/4"));
    expect((await heard("[GET /4 ]")).match(/\[POST \/3 b{30000}\]/g)).toHaveLength(100);
    socket.write(get("/5"));
    await heard("[GET /5 ]");
  });

  it("leaves others their turn, whatever it sends ahead", async () => {
    const { gateway, socket, heard } = await started();
    const COUNT = 1_500;
    socket.write(get("/first") + get("/ahead").repeat(COUNT) + get("/last"));
    await heard("[GET /first ]");
    const other = connect({ port: gateway.port, host: "127.0.0.1" });
    ending.push(() => void other.destroy());
    const otherHeard = hearing(other);
    other.write(get("/other"));
    await otherHeard("[GET /other ]");
    const answeredMeanwhile = (await heard("[GET /first ]")).split("[GET /ahead ]").length - 1;
    expect(answeredMeanwhile).toBeLessThan(COUNT);
    const all = await heard("[GET /last ]");
    expect(all.split("[GET /ahead ]")).toHaveLength(COUNT + 1);
  });

  it("may bring a request in pieces, however slowly", async () => {
    const { socket, heard } = await started({ headMs: 400 });
    const text = get("/1") + post("/2", "b".repeat(2_000));
    for (const piece of [text.slice(0, 10), text.slice(10, 90), text.slice(90)]) {
      socket.write(piece);
      // Longer than pieces are waited for, so that node:http goes on with them.
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(await heard("bbb]")).toContain("[GET /1 ]");
  });

  it("is refused when it brings something that is no request, and after a good one", async () => {
    const { socket, heard } = await started();
    socket.write(get("/1"));
    await heard("[GET /1 ]");
    socket.write("GET / HTTP/1.1\r\nHost : shop\r\n\r\n");
    expect(await heard("malformed-request")).toContain("HTTP/1.1 400 Bad Request");
  });

  it("is told when it says nothing for too long, and closed when it is idle", async () => {
    const silent = await started({ headMs: 200 });
    expect(await silent.heard("request-timeout")).toContain("HTTP/1.1 408 Request Timeout");
    const idle = await started({ headMs: 200, idleMs: 1_500 });
    const closed = once(idle.socket, "end");
    idle.socket.write(get("/1"));
    expect(await idle.heard("[GET /1 ]")).toContain("Keep-Alive: timeout=1\r\n");
    await closed;
  });

  it("gets its last answer whole when the gateway drains, though it has sent more ahead", async () => {
    const { gateway, socket, heard } = await started();
    const ended = once(socket, "end");
    socket.write(get("/1") + get("/ahead").repeat(20_000));
    await heard("[GET /1 ]");
    await gateway.server.drain();
    await ended;
    const [, last] = (await heard("Connection: close")).split("Connection: close");
    expect(last).toMatch(/^\r\n\r\n\[GET \/ahead \]$/);
  });

  it("ends with its answer once the gateway drains", async () => {
    const { gateway, socket, heard } = await started();
    socket.write(get("/1"));
    await heard("[GET /1 ]");
    const closed = once(socket, "end");
    await gateway.server.drain();
    await closed;
    expect(gateway.server.draining).toBe(true);
  });
});

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { turns, type Turns } from "../../../gateway/http/turns.ts";

const LINGER_MS = 100;

let ending: AsyncDisposableStack;
let running: { readonly url: string; readonly res: ServerResponse }[];
let line: Turns;
let port: number;
/** Resolves when so many requests run that did not before. */
let begun: (count: number) => Promise<void>;

beforeEach(async () => {
  ending = new AsyncDisposableStack();
  running = [];
  let tell = () => undefined as void;
  line = turns(LINGER_MS, (req, res) => {
    running.push({ url: req.url!, res });
    tell();
  });
  begun = (count) =>
    new Promise((resolve) => {
      tell = () => void (running.length >= count && resolve());
      tell();
    });
  const server = createServer((req, res) => line.take(req, res)).listen(0, "127.0.0.1");
  await once(server, "listening");
  ending.defer(() => server.close().closeAllConnections());
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => ending.disposeAsync());

function client(bytes: string) {
  const socket = connect(port, "127.0.0.1");
  ending.defer(() => void socket.destroy());
  socket.on("error", () => undefined).resume();
  socket.write(bytes);
  return { socket, ended: new Promise<void>((resolve) => socket.once("close", () => resolve())) };
}

const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const urls = () => running.map(({ url }) => url);

describe("requests of one connection", () => {
  it("run one at a time, in their order", async () => {
    client(get("/1") + get("/2") + get("/3"));
    await begun(1);
    expect(urls()).toEqual(["/1"]);
    running[0]!.res.end();
    await begun(2);
    expect(urls()).toEqual(["/1", "/2"]);
    running[1]!.res.end();
    await begun(3);
    expect(urls()).toEqual(["/1", "/2", "/3"]);
  });

  it("do not wait for those of another", async () => {
    client(get("/a"));
    await begun(1);
    client(get("/b"));
    await begun(2);
    expect(urls()).toEqual(["/a", "/b"]);
  });

  it("never run behind one that was the last", async () => {
    client(get("/1") + get("/2"));
    await begun(1);
    const { res } = running[0]!;
    res.shouldKeepAlive = false;
    const over = once(res, "close");
    res.end();
    await over;
    client(get("/other"));
    await begun(2);
    expect(urls()).toEqual(["/1", "/other"]);
  });

  it("never run once their client has gone", async () => {
    const { socket } = client(get("/1") + get("/2"));
    await begun(1);
    const over = once(running[0]!.res, "close");
    socket.destroy();
    await over;
    client(get("/other"));
    await begun(2);
    expect(urls()).toEqual(["/1", "/other"]);
    expect([...line.all()]).toHaveLength(1);
  });

  it("are known until they are answered", async () => {
    client(get("/1") + get("/2"));
    await begun(1);
    const { res } = running[0]!;
    while (line.on(res.socket!).length < 2) await new Promise((resolve) => setImmediate(resolve));
    const { socket } = res;
    res.end();
    await begun(2);
    expect(line.on(socket!)).toEqual([running[1]!.res]);
  });
});

it("ends a connection on which a body goes on and on behind its answer", async () => {
  const { ended } = client("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  await begun(1);
  const { res } = running[0]!;
  res.end();
  await ended;
  expect(res.req.complete).toBe(false);
});

it("ends a connection that asks for a thousand more before the first is answered", async () => {
  const { ended } = client(Array.from({ length: 1_001 }, (_, i) => get(`/${i}`)).join(""));
  await ended;
  expect(running.length).toBeLessThanOrEqual(1);
});

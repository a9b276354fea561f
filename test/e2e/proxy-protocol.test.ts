import { once } from "node:events";
import { connect } from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answersIn } from "../support/answers-in.ts";
import { certificateFolder, certificateFor } from "../support/certificates.ts";
import { ends4, ends6, proxyHeader, tlv } from "../support/proxy-header.ts";
import { startMonolith, startRealGateway } from "../support/real-gateway.ts";

const parts = new AsyncDisposableStack();
const refused: string[] = [];
let plain: number;
/** Where a header has to come soon. */
let hasty: number;
let secure: number;

beforeAll(async () => {
  const pems = certificateFolder();
  parts.defer(pems.remove);
  pems.write("shop", await certificateFor(["shop.test"]));
  const monolith = await startMonolith();
  parts.defer(() => monolith.close());
  const proxied = "proxyProtocol: { from: [127.0.0.1/32], head: 1m }";
  const told = { connectionRefused: ({ detail }: { detail: string }) => void refused.push(detail) };
  const start = async (listener: string) => {
    const gateway = await startRealGateway(monolith.url, `listener: { ${listener} }`, told);
    parts.defer(() => gateway.close());
    return gateway.port;
  };
  plain = await start(proxied);
  hasty = await start(proxied.replace("1m", "100ms"));
  secure = await start(`${proxied}, tls: [${JSON.stringify(pems.files("shop"))}]`);
});
afterAll(() => parts.disposeAsync());

const REQUEST = Buffer.from(
  "GET /x?y HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n",
);
const CLIENT = proxyHeader(1, 0x11, ends4("203.0.113.7", 50_000));

/** Sends these pieces one by one, each in a segment of its own; what came back until the end. */
async function exchange(pieces: readonly Buffer[], { localAddress = "127.0.0.1", port = plain } = {}) {
  const socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true });
  socket.on("error", () => undefined);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => void chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for (const piece of pieces) {
    if (socket.destroyed) break;
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  return Buffer.concat(chunks).toString();
}

/** What legacy was told of the client. */
async function seenBy(pieces: readonly Buffer[]) {
  const answer = await exchange(pieces);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  const { headers } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as {
    headers: Record<string, string>;
  };
  return {
    for: headers["x-forwarded-for"],
    port: headers["x-forwarded-port"],
    proto: headers["x-forwarded-proto"],
  };
}

describe("a PROXY protocol header", () => {
  it("makes its source the client, whom nobody trusts for it, and its destination the port", async () => {
    expect(await seenBy([CLIENT, REQUEST])).toEqual({ for: "203.0.113.7", port: "443", proto: "http" });
  });

  it("may share a segment with the request, and loses none of it", async () => {
    expect(await seenBy([Buffer.concat([CLIENT, REQUEST])])).toMatchObject({ for: "203.0.113.7" });
  });

  it("may be split anywhere", async () => {
    const all = Buffer.concat([CLIENT, REQUEST]);
    for (let at = 1; at <= CLIENT.length + 1; at++) {
      expect(await seenBy([all.subarray(0, at), all.subarray(at)])).toMatchObject({ for: "203.0.113.7" });
    }
    expect(await seenBy(Array.from(all, (byte) => Buffer.from([byte])))).toMatchObject({
      for: "203.0.113.7",
    });
  });

  it.each([
    ["2001:db8::7", "20010db8000000000000000000000007"],
    ["192.0.2.1", "00000000000000000000ffffc0000201"],
  ])("may name %s by IPv6", async (address, bytes) => {
    const header = proxyHeader(1, 0x21, ends6(bytes, "20010db8000000000000000000000001"));
    expect(await seenBy([header, REQUEST])).toMatchObject({ for: address, port: "443" });
  });

  it.each([
    ["LOCAL, whatever it says", proxyHeader(0, 0x11, ends4("203.0.113.7", 1))],
    ["LOCAL, with a family that does not exist", proxyHeader(0, 0xff, Buffer.alloc(3))],
    ["of no family", proxyHeader(1, 0x00, tlv(0x04, Buffer.alloc(5)))],
    ["of UNIX sockets", proxyHeader(1, 0x31, Buffer.alloc(216, "/tmp/a"))],
  ])("%s leaves the connection's own ends", async (_, header) => {
    expect(await seenBy([header, REQUEST])).toMatchObject({ for: "127.0.0.1", port: String(plain) });
  });

  it("may bring TLVs, up to 8 KB with the addresses", async () => {
    const ends = ends4("203.0.113.7", 50_000);
    const most = Buffer.concat([ends, tlv(0xea, Buffer.alloc(8 * 1024 - ends.length - 3))]);
    expect(await seenBy([proxyHeader(1, 0x11, most), REQUEST])).toMatchObject({ for: "203.0.113.7" });
    expect(await refusal([proxyHeader(1, 0x11, Buffer.concat([most, Buffer.alloc(1)]))])).toBe("length");
  });

  it("is said once: a second one is a malformed request", async () => {
    expect(await exchange([CLIENT, CLIENT, REQUEST])).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("counts for every request of its connection", async () => {
    const again = Buffer.from(REQUEST.toString().replace("Connection: close\r\n", ""));
    const answer = await exchange([Buffer.concat([CLIENT, again, REQUEST])]);
    const bodies = answersIn(answer, ["GET", "GET"]).answers.map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toContain('"x-forwarded-for":"203.0.113.7"');
  });
});

/** Why a connection was refused, without a byte of an answer. */
async function refusal(pieces: readonly Buffer[], from?: { localAddress?: string; port?: number }) {
  refused.length = 0;
  expect(await exchange(pieces, from)).toBe("");
  await vi.waitFor(() => expect(refused).toHaveLength(1));
  return refused[0];
}

describe("a connection is closed without an answer", () => {
  it("when its peer is not listed, whatever it sends", async () => {
    expect(await refusal([CLIENT, REQUEST], { localAddress: "127.0.0.2" })).toBe("not-listed");
  });

  it.each([
    ["signature", "no header", REQUEST],
    ["signature", "version 1", Buffer.from("PROXY TCP4 203.0.113.7 10.0.0.9 50000 443\r\n")],
    [
      "version",
      "version 1 in binary",
      Buffer.concat([CLIENT.subarray(0, 12), Buffer.from([0x11, 0x11, 0, 12]), ends4("1.1.1.1", 1)]),
    ],
    ["version", "a command that does not exist", proxyHeader(2, 0x11, ends4("1.1.1.1", 1))],
    ["family", "datagrams", proxyHeader(1, 0x12, ends4("1.1.1.1", 1))],
    ["family", "a family that does not exist", proxyHeader(1, 0x41, Buffer.alloc(12))],
    ["length", "an IPv4 address that is cut off", proxyHeader(1, 0x11, Buffer.alloc(11))],
    ["length", "an IPv6 address that is cut off", proxyHeader(1, 0x21, Buffer.alloc(35))],
    ["length", "64 KB", proxyHeader(1, 0x11, ends4("1.1.1.1", 1), 0xffff)],
    ["timeout", "half a header and nothing more", CLIENT.subarray(0, 20)],
    ["timeout", "a byte and nothing more", CLIENT.subarray(0, 1)],
    ["timeout", "less than it announced", proxyHeader(1, 0x11, ends4("1.1.1.1", 1), 13)],
  ])("%s: for %s", async (why, _, bytes) => {
    expect(await refusal([bytes], { port: why === "timeout" ? hasty : plain })).toBe(why);
  });

  it("when it ends before its header does, which is nothing to tell", async () => {
    refused.length = 0;
    for (const bytes of [Buffer.alloc(0), CLIENT.subarray(0, 5)]) {
      const socket = connect(plain, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.end(bytes).resume();
      await once(socket, "close");
    }
    expect(await seenBy([CLIENT, REQUEST])).toMatchObject({ for: "203.0.113.7" });
    expect(refused).toEqual([]);
  });
});

describe("a header before TLS", () => {
  it.each([
    ["in a segment of its own", 0],
    ["in one segment with the handshake", 1],
  ])("%s names the client", async (_, together) => {
    const raw = connect({ port: secure, host: "127.0.0.1", noDelay: true });
    await once(raw, "connect");
    if (together === 1) raw.cork();
    raw.write(CLIENT);
    const socket = tls.connect({ socket: raw, servername: "shop.test", rejectUnauthorized: false });
    if (together === 1) process.nextTick(() => raw.uncork());
    socket.write(REQUEST);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"x-forwarded-for":"203.0.113.7"');
    expect(answer).toContain('"x-forwarded-proto":"https"');
  });

  it("is needed there, too", async () => {
    refused.length = 0;
    const socket = tls.connect({ port: secure, host: "127.0.0.1", rejectUnauthorized: false });
    await expect(once(socket, "secureConnect")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(refused).toEqual(["signature"]);
  });
});

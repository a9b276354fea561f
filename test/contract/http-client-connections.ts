import net, { type AddressInfo, type Socket } from "node:net";
import tls from "node:tls";
import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../gateway/upstreams/upstream.ts";
import { selfSigned, trust, type Identity } from "../support/identity.ts";
import { rawServer } from "../support/raw-server.ts";
import { aRequest } from "../support/requests.ts";
import { attempt, aWrite, bodyOf, clientSubject, failureOf, type MakeClient } from "./http-client-subject.ts";

/** What every client of the monolith must know of a connection: whether a request can have been heard over it. */
export function httpClientConnectionContract(name: string, make: MakeClient): void {
  const { cleanups, monolith, upstreamTo } = clientSubject(make);

  /** The server's side of TLS on a socket of which the test keeps hold. */
  function serverSide(socket: Socket, identity: Identity): tls.TLSSocket {
    return new tls.TLSSocket(socket, { isServer: true, ...identity }).on("error", () => undefined);
  }

  /** A TCP server that leaves every byte to the test, TLS's own included; gives its port. */
  async function listening(onSocket: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as AddressInfo).port;
  }

  describe(`a request of ${name}`, () => {
    it.each<[string, (socket: Socket) => void, FailureKind]>([
      ["ended", (socket) => socket.end(), "refused"],
      ["reset", (socket) => socket.once("data", () => socket.resetAndDestroy()), "refused"],
      [
        "answered without TLS",
        (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 X\r\n\r\n")),
        "tls",
      ],
      ["never answered", () => undefined, "connect-timeout"],
    ])("was not heard when the TLS handshake is %s", async (_how, onSocket, kind) => {
      const port = await listening(onSocket);
      const write = aWrite();
      const answer = upstreamTo(`https://127.0.0.1:${port}`).send(write, attempt(300));
      expect(await failureOf(answer)).toEqual([kind, "not-started"]);
      expect(write.body.replayable).toBe(true);
    });

    it("was not heard when the certificate is not to be trusted or is another's", async () => {
      const identity = selfSigned();
      const port = await listening((socket) => serverSide(socket, identity));
      const untrusted = upstreamTo(`https://localhost:${port}`).send(aWrite(), attempt());
      expect(await failureOf(untrusted)).toEqual(["tls", "not-started"]);
      cleanups.push(trust(identity));
      const another = upstreamTo(`https://127.0.0.1:${port}`).send(aWrite(), attempt());
      expect(await failureOf(another)).toEqual(["tls", "not-started"]);
    });

    it("may have been heard when TLS fails with the request already there", async () => {
      const identity = selfSigned();
      cleanups.push(trust(identity));
      let received = "";
      const port = await listening((socket) => {
        serverSide(socket, identity).on("data", (bytes: Buffer) => {
          received += bytes.toString("latin1");
          // An application-data record of TLS 1.2 framing whose ciphertext is none.
          if (received.endsWith("abc")) socket.write(Buffer.from(`1703030020${"ab".repeat(32)}`, "hex"));
        });
      });
      const answer = upstreamTo(`https://localhost:${port}`).send(aWrite(), attempt());
      expect(await failureOf(answer)).toEqual(["reset", "unknown"]);
      expect(received).toMatch(/^POST \/ HTTP/);
    });

    it("may have been heard when it went out on a connection that another request had opened", async () => {
      const server = await monolith((socket, soFar) => {
        if (soFar.endsWith("abc")) socket.resetAndDestroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      });
      const upstream = upstreamTo(server.url, 1);
      const first = upstream.send(aRequest(), attempt()).then(bodyOf);
      const second = failureOf(upstream.send(aWrite(), attempt()));
      expect(await first).toBe("ok");
      expect(await second).toEqual(["reset", "unknown"]);
      expect(server.received).toHaveLength(1);
    });

    it("was not heard when no connection of the pool became free", async () => {
      const server = await monolith(() => undefined);
      const upstream = upstreamTo(server.url, 1);
      const first = failureOf(upstream.send(aRequest(), attempt(600)));
      await expect.poll(() => server.received.length).toBe(1);
      const write = aWrite();
      expect(await failureOf(upstream.send(write, attempt(50)))).toEqual(["connect-timeout", "not-started"]);
      expect(write.body.replayable).toBe(true);
      expect(await first).toEqual(["timeout", "unknown"]);
    });

    it("keeps its body when nobody listens, so that another can have it", async () => {
      const server = await rawServer(() => undefined);
      await server.close();
      const write = aWrite();
      expect(await failureOf(upstreamTo(server.url).send(write, attempt()))).toEqual([
        "refused",
        "not-started",
      ]);
      expect(String(await write.body.whole(10))).toBe("abc");
    });
  });
}

import http from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { RequestBody } from "../../gateway/http/body.ts";
import { answering, rawServer } from "../support/raw-server.ts";
import { aRequest } from "../support/requests.ts";
import { attempt, bodyOf, clientSubject, failureOf, type MakeClient } from "./http-client-subject.ts";

/** What every client of the monolith must hold: the same bytes out, the same answers and failures back. */
export function httpClientContract(name: string, make: MakeClient): void {
  const { cleanups, monolith, upstreamTo } = clientSubject(make);
  describe(`${name} as a client`, () => {
    it("sends target and fields byte for byte and returns the answer as it is", async () => {
      const answer =
        "HTTP/1.1 203 Sort of\r\nX-A: 1\r\nx-a: 2\r\nX-Latin: caf\xe9\r\nContent-Length: 2\r\n\r\nok";
      const server = await monolith(answering(answer));
      const headers = ["Host", "shop", "X-B", "1", "x-b", "caf\xe9", "Cookie", "a=1", "Cookie", "b=2"];
      const request = aRequest({ target: "/a%2Fb?x=%20+'&caf\xe9", headers });
      const got = await upstreamTo(server.url).send(request, attempt());

      expect(server.received[0]).toMatch(
        /^GET \/a%2Fb\?x=%20\+'&caf\xe9 HTTP\/1\.1\r\nHost: shop\r\nX-B: 1\r\nx-b: caf\xe9\r\nCookie: a=1\r\nCookie: b=2\r\n/,
      );
      expect(got.status).toBe(203);
      expect(got.reason).toBe("Sort of");
      expect(got.headers).toEqual(["X-A", "1", "x-a", "2", "X-Latin", "caf\xe9", "Content-Length", "2"]);
      expect(await bodyOf(got)).toBe("ok");
    });

    it("frames bodies as they came: by length, in chunks, or not at all", async () => {
      const server = await monolith((socket, soFar) => {
        if (/(\r\n\r\nabc|\r\n0\r\n\r\n|: 0\r\n(.*\r\n)*\r\n)$/.test(soFar))
          socket.write("HTTP/1.1 204 No\r\n\r\n");
      });
      const upstream = upstreamTo(server.url);
      const send = async (headers: string[], body: RequestBody) => {
        await bodyOf(await upstream.send(aRequest({ method: "POST", headers, body }), attempt()));
        return server.received[0]!.slice(server.received[0]!.lastIndexOf("POST"));
      };
      const known = await send(["Host", "a", "Content-Length", "3"], RequestBody.of(Buffer.from("abc")));
      expect(known).toMatch(/Content-Length: 3\r\n(.*\r\n)*\r\nabc$/);
      expect(known).not.toMatch(/transfer-encoding/i);
      const chunked = RequestBody.from({ stream: Readable.from([Buffer.from("abc")]), length: null });
      expect(await send(["Host", "a"], chunked)).toMatch(
        /Transfer-Encoding: chunked\r\n(.*\r\n)*\r\n3\r\nabc\r\n0\r\n\r\n$/,
      );
      expect(await send(["Host", "a"], RequestBody.empty)).toMatch(/Content-Length: 0\r\n/);
    });

    it("passes trailers and interim answers on", async () => {
      const server = await monolith(
        answering(
          "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" +
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n",
        ),
      );
      const interim: unknown[] = [];
      const onInformational = (status: number, headers: readonly string[]) => interim.push([status, headers]);
      const got = await upstreamTo(server.url).send(aRequest(), { ...attempt(), onInformational });
      expect(await bodyOf(got)).toBe("ok");
      expect(got.trailers?.()).toEqual(["X-Sum", "9"]);
      expect(interim).toEqual([[103, ["Link", "</a.css>; rel=preload"]]]);
    });

    it.each<[string, string]>([
      ["a status line that is none", "HELLO\r\n\r\n"],
      ["status 000", "HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n"],
      ["a control byte in the reason phrase", "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n"],
      ["a control byte in a field", "HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n"],
      ["both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
      ["two different lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"],
      [
        "a 101 that nobody asked for",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      ],
    ])("calls %s an answer gone bad", async (_what, answer) => {
      const server = await monolith(answering(answer));
      expect(await failureOf(upstreamTo(server.url).send(aRequest(), attempt()))).toEqual([
        "bad-answer",
        "started",
      ]);
    });

    it("says refused when nobody listens, and that nothing was sent", async () => {
      const server = await rawServer(() => undefined);
      await server.close();
      expect(await failureOf(upstreamTo(server.url).send(aRequest(), attempt()))).toEqual([
        "refused",
        "not-started",
      ]);
    });

    it("says unresolved for a name that does not exist", async () => {
      const upstream = upstreamTo("http://does-not-exist.invalid:80");
      expect(await failureOf(upstream.send(aRequest(), attempt()))).toEqual(["unresolved", "not-started"]);
    });

    it("says reset when the connection breaks before an answer, and sends a write once", async () => {
      const server = await monolith((socket) => socket.destroy());
      const request = aRequest({ method: "POST", body: RequestBody.of(Buffer.from("abc")) });
      expect(await failureOf(upstreamTo(server.url).send(request, attempt()))).toEqual(["reset", "unknown"]);
      expect(server.received).toHaveLength(1);
    });

    it("cuts a body that drips in the client's time, however long the server has", async () => {
      const server = await monolith(() => undefined);
      const stream = new PassThrough();
      const dripping = setInterval(() => stream.write("a"), 20);
      cleanups.push(() => clearInterval(dripping));
      const limits = { bodyBytes: 1_000_000, uploadMs: 300 };
      const body = RequestBody.from({ stream, length: 1_000_000, limits });
      const headers = ["Host", "a", "Content-Length", "1000000"];
      const request = aRequest({ method: "POST", headers, body });
      const sent = upstreamTo(server.url).send(request, attempt(600_000));
      expect(await failureOf(sent)).toEqual(["client-slow", "unknown"]);
    });

    it("leaves a server that is slow to take a body its own time, and blames no client for it", async () => {
      const bytes = 32 * 1024 * 1024;
      const server = await monolith((socket, soFar) => {
        if (soFar.length < 200_000) {
          socket.pause();
          setTimeout(() => socket.resume(), 500);
        } else if (soFar.length > bytes) socket.write("HTTP/1.1 204 No\r\n\r\n");
      });
      const pieces = Array.from({ length: bytes / 65_536 }, () => Buffer.alloc(65_536));
      const limits = { bodyBytes: bytes, uploadMs: 250 };
      const body = RequestBody.from({ stream: Readable.from(pieces), length: bytes, limits });
      const headers = ["Host", "a", "Content-Length", String(bytes)];
      const request = aRequest({ method: "POST", headers, body });
      expect((await upstreamTo(server.url).send(request, attempt(25_000))).status).toBe(204);
    });

    it("says timeout when no answer comes, and cuts the connection", async () => {
      let closed = false;
      const server = await monolith((socket) => socket.once("close", () => (closed = true)));
      expect(await failureOf(upstreamTo(server.url).send(aRequest(), attempt(50)))).toEqual([
        "timeout",
        "unknown",
      ]);
      await expect.poll(() => closed).toBe(true);
    });

    it("cuts the monolith's work when the client goes away", async () => {
      let closed = false;
      const server = await monolith((socket) => socket.once("close", () => (closed = true)));
      const gone = new AbortController();
      const answer = upstreamTo(server.url).send(aRequest(), { timeoutMs: 5_000, signal: gone.signal });
      await expect.poll(() => server.received.length).toBe(1);
      gone.abort();
      expect(await failureOf(answer)).toEqual(["client-gone", "unknown"]);
      await expect.poll(() => closed).toBe(true);
    });

    it("does not even begin for a client that is gone already", async () => {
      const server = await monolith(answering("HTTP/1.1 204 No\r\n\r\n"));
      const signal = AbortSignal.abort();
      const answer = upstreamTo(server.url).send(aRequest(), { timeoutMs: 5_000, signal });
      expect(await failureOf(answer)).toEqual(["client-gone", "unknown"]);
    });

    it("blames the client for a body that breaks off, and never ends it as if it were whole", async () => {
      const server = await monolith(() => undefined);
      const source = new PassThrough();
      source.write("abc");
      const body = RequestBody.from({ stream: source, length: null });
      const answer = upstreamTo(server.url).send(aRequest({ method: "POST", body }), attempt());
      await expect.poll(() => server.received[0]).toMatch(/abc/);
      source.destroy();
      expect(await failureOf(answer)).toEqual(["client-gone", "unknown"]);
      expect(server.received[0]).not.toMatch(/0\r\n\r\n$/);
    });

    it("lets an answer that is cut short break, and never end", async () => {
      const server = await monolith((socket) =>
        socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
      );
      const got = await upstreamTo(server.url).send(aRequest(), attempt());
      await expect(bodyOf(got)).rejects.toThrow(/aborted|closed/);
    });

    describe("on a kept-alive connection that the monolith has just closed", () => {
      const closingSecond = () =>
        monolith((socket, soFar, connection) => {
          const requests = soFar.split("\r\n\r\n").length - 1;
          if (connection === 0 && requests === 2) socket.resetAndDestroy();
          else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });

      it("sends a safe request again", async () => {
        const server = await closingSecond();
        const upstream = upstreamTo(server.url);
        await bodyOf(await upstream.send(aRequest(), attempt()));
        expect(await bodyOf(await upstream.send(aRequest(), attempt()))).toBe("ok");
        expect(server.received).toHaveLength(2);
      });

      it("sends it on a new connection, for the others of the pool may be as stale", async () => {
        let restarted = false;
        const server = await monolith((socket, soFar, connection) => {
          if (restarted && connection < 3) socket.resetAndDestroy();
          else if (soFar.endsWith("\r\n\r\n"))
            setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), 10);
        });
        const upstream = upstreamTo(server.url);
        const ask = async () => bodyOf(await upstream.send(aRequest(), attempt()));
        await Promise.all([ask(), ask(), ask()]);
        restarted = true;
        expect(await ask()).toBe("ok");
        expect(server.received).toHaveLength(4);
      });

      it("does not send a write again", async () => {
        const server = await closingSecond();
        const upstream = upstreamTo(server.url);
        await bodyOf(await upstream.send(aRequest(), attempt()));
        const write = aRequest({ method: "POST" });
        expect(await failureOf(upstream.send(write, attempt()))).toEqual(["reset", "unknown"]);
        expect(server.received).toHaveLength(1);
      });
    });

    it("waits for the monolith's word before it sends a body that expects it", async () => {
      const events: string[] = [];
      const server = http.createServer();
      server.on("checkContinue", (_req, res: http.ServerResponse) => {
        events.push("asked");
        res.writeHead(413, { connection: "close" }).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      cleanups.push(() => server.close());
      const body = RequestBody.from({
        stream: Readable.from([Buffer.from("abc")]),
        length: 3,
        onFirstRead: () => events.push("read"),
      });
      const headers = ["Host", "a", "Content-Length", "3", "Expect", "100-continue"];
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const got = await upstreamTo(url).send(aRequest({ method: "PUT", headers, body }), attempt());
      expect(got.status).toBe(413);
      expect(events).toEqual(["asked"]);
    });
  });
}

import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { RequestBody } from "../../../../gateway/http/body.ts";
import { allValues, firstValue } from "../../../../gateway/http/headers.ts";
import type { WebTarget } from "../../../../gateway/routes/function-target.ts";
import { UpstreamError, type UpstreamResponse } from "../../../../gateway/upstreams/upstream.ts";
import type { Authenticator } from "../../../../gateway/upstreams/web/authenticator.ts";
import { webUpstream } from "../../../../gateway/upstreams/web/web.ts";
import { answering, rawServer } from "../../../support/raw-server.ts";
import { aRequest } from "../../../support/requests.ts";
import { recordingServer } from "./recording-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function service(...script: Parameters<typeof recordingServer>) {
  const server = await recordingServer(...script);
  cleanups.push(() => server.close());
  return server;
}

const ok = () => service((_request, res) => res.end("ok"));

function upstreamTo(url: string, more: Partial<WebTarget> = {}, authenticator?: Authenticator) {
  const target: WebTarget = {
    kind: "web",
    url,
    auth: { kind: "none" },
    preserveHost: false,
    connections: 8,
    ...more,
  };
  const upstream = webUpstream({ target, ...(authenticator && { authenticator }) });
  cleanups.push(() => upstream.close());
  return upstream;
}

const attempt = (timeoutMs = 5_000) => ({ timeoutMs, signal: new AbortController().signal });
const bodyOf = async ({ body }: UpstreamResponse) =>
  String(Buffer.isBuffer(body) ? body : await buffer(body));
const failureOf = async (answer: Promise<unknown>) => {
  const error = await answer.then(
    () => new Error("it answered"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return [error.kind, error.phase];
};
const posting = (bytes: Buffer, length: number | null = bytes.length) =>
  aRequest({
    method: "POST",
    headers: ["Host", "shop", ...(length === null ? [] : ["Content-Length", String(length)])],
    body: RequestBody.from({ stream: Readable.from([bytes]), length }),
  });

describe("a web function", () => {
  it("gets the client's target byte for byte, behind the path of its URL", async () => {
    const server = await ok();
    const prefixed = upstreamTo(`${server.url}/function/orders`);
    await bodyOf(await prefixed.send(aRequest({ target: "/a%2Fb//c+d?x=%20+'&y=?&caf%E9" }), attempt()));
    await bodyOf(await upstreamTo(server.url).send(aRequest({ target: "/?" }), attempt()));
    expect(server.received.map(({ target }) => target)).toEqual([
      "/function/orders/a%2Fb//c+d?x=%20+'&y=?&caf%E9",
      "/?",
    ]);
  });

  it("gets its own Host, or the client's where it wants that", async () => {
    const server = await ok();
    const headers = ["Host", "shop.example.com", "X-Forwarded-Host", "shop.example.com"];
    await upstreamTo(server.url).send(aRequest({ headers }), attempt());
    await upstreamTo(server.url, { preserveHost: true }).send(aRequest({ headers }), attempt());
    await upstreamTo(server.url, { preserveHost: true }).send(aRequest({ headers: [], host: "" }), attempt());
    const own = `127.0.0.1:${server.port}`;
    expect(server.received.map((request) => allValues(request.headers, "host"))).toEqual([
      [own],
      ["shop.example.com"],
      [own],
    ]);
    expect(firstValue(server.received[0]!.headers, "x-forwarded-host")).toBe("shop.example.com");
  });

  it("gets the configured fields in place of the client's, in whatever spelling those came", async () => {
    const server = await ok();
    const auth: WebTarget["auth"] = {
      kind: "headers",
      headers: ["X-Functions-Key", "ours", "CF-Access-Client-Id", "us"],
    };
    const headers = [
      "Host",
      "shop",
      "x-functions-key",
      "theirs",
      "X-FUNCTIONS-KEY",
      "theirs",
      "x_functions_key",
      "theirs",
      "CF_Access-Client_ID",
      "them",
      "X-Kept",
      "1",
    ];
    await upstreamTo(server.url, { auth }).send(aRequest({ headers }), attempt());
    const got = server.received[0]!.headers;
    expect(allValues(got, "x-functions-key")).toEqual(["ours"]);
    expect(allValues(got, "cf-access-client-id")).toEqual(["us"]);
    expect(got.filter((text) => /their|them|_/.test(text))).toEqual([]);
    expect(firstValue(got, "x-kept")).toBe("1");
  });

  it("gets the client's Authorization under another name where the gateway's own takes its place", async () => {
    const server = await ok();
    const auth: WebTarget["auth"] = {
      kind: "headers",
      headers: ["Authorization", "Basic Z2F0ZXdheTpzZWNyZXQ="],
    };
    const headers = [
      "Host",
      "a",
      "Authorization",
      "Bearer user",
      "X-Forwarded-Authorization",
      "Bearer forged",
    ];
    await upstreamTo(server.url, { auth }).send(aRequest({ headers }), attempt());
    await upstreamTo(server.url).send(aRequest({ headers }), attempt());
    const [renamed, untouched] = server.received.map((request) => request.headers);
    expect(allValues(renamed!, "authorization")).toEqual(["Basic Z2F0ZXdheTpzZWNyZXQ="]);
    expect(allValues(renamed!, "x-forwarded-authorization")).toEqual(["Bearer user"]);
    expect(allValues(untouched!, "authorization")).toEqual(["Bearer user"]);
    expect(allValues(untouched!, "x-forwarded-authorization")).toEqual(["Bearer forged"]);
  });

  it("never gets an X-Serverless-Authorization of the client's", async () => {
    const server = await ok();
    const headers = [
      "Host",
      "a",
      "x-serverless-authorization",
      "Bearer theirs",
      "X_Serverless-Authorization",
      "x",
    ];
    await upstreamTo(server.url).send(aRequest({ headers }), attempt());
    expect(server.received[0]!.headers.join()).not.toMatch(/serverless/i);
  });

  it("has its redirects passed on, not followed", async () => {
    const server = await service((_request, res) => res.writeHead(307, { location: "/elsewhere" }).end());
    const answer = await upstreamTo(server.url).send(aRequest(), attempt());
    expect([answer.status, firstValue(answer.headers, "location")]).toEqual([307, "/elsewhere"]);
    expect(server.received).toHaveLength(1);
  });
});

describe("a body on its way to a web function", () => {
  it("is kept for legacy when it is short, and streams when it is not or says no length", async () => {
    const server = await ok();
    const upstream = upstreamTo(server.url);
    for (const [bytes, length, kept] of [
      [Buffer.from("abc"), 3, true],
      [Buffer.alloc(1024 * 1024, "x"), 1024 * 1024, true],
      [Buffer.alloc(1024 * 1024 + 1, "x"), 1024 * 1024 + 1, false],
      [Buffer.from("abc"), null, false],
    ] as const) {
      const request = posting(bytes, length);
      await bodyOf(await upstream.send(request, attempt()));
      expect(server.received.at(-1)!.body.equals(bytes)).toBe(true);
      expect(request.body.replayable).toBe(kept);
    }
  });

  it("is read whole where it is signed, however it came, and can still go to legacy", async () => {
    const server = await ok();
    const auth: WebTarget["auth"] = { kind: "aws", service: "lambda", region: "eu-central-1" };
    const request = {
      ...posting(Buffer.from([0, 255, 128, 10]), null),
      headers: ["Host", "a", "Expect", "100-continue", "Trailer", "X-Sum"],
    };
    await bodyOf(await upstreamTo(server.url, { auth }).send(request, attempt()));
    const { headers, body } = server.received[0]!;
    expect([...body]).toEqual([0, 255, 128, 10]);
    expect(allValues(headers, "content-length")).toEqual(["4"]);
    expect(headers.join()).not.toMatch(/transfer-encoding|expect|trailer/i);
    expect(request.body.replayable).toBe(true);
  });

  it("is not sent where it is too large to be signed", async () => {
    const server = await ok();
    const auth: WebTarget["auth"] = { kind: "aws", service: "lambda", region: "eu-central-1" };
    const answer = upstreamTo(server.url, { auth }).send(
      posting(Buffer.alloc(6 * 1024 * 1024 + 1)),
      attempt(),
    );
    expect(await failureOf(answer)).toEqual(["too-large", "not-started"]);
    expect(server.received).toEqual([]);
  });

  it("is the client's doing when it breaks off", async () => {
    const server = await ok();
    const stream = new Readable({ read: () => undefined });
    const body = RequestBody.from({ stream, length: 9 });
    const answer = upstreamTo(server.url).send(aRequest({ method: "POST", body }), attempt());
    stream.push("abc");
    stream.destroy();
    expect(await failureOf(answer)).toEqual(["client-gone", "unknown"]);
    expect(server.received).toEqual([]);
  });
});

describe("a proof of identity", () => {
  const proving = (authenticate: Authenticator["authenticate"]): Authenticator => ({
    coversBody: false,
    owns: () => false,
    authenticate,
  });

  it("that does not come in time leaves everything unsent", async () => {
    const server = await ok();
    const upstream = upstreamTo(
      server.url,
      {},
      proving(() => new Promise(() => undefined)),
    );
    expect(await failureOf(upstream.send(aRequest(), attempt(30)))).toEqual(["timeout", "not-started"]);
    expect(server.received).toEqual([]);
  });

  it("is not waited for when the client has gone", async () => {
    const server = await ok();
    const gone = new AbortController();
    const upstream = upstreamTo(
      server.url,
      {},
      proving(() => {
        gone.abort();
        return new Promise(() => undefined);
      }),
    );
    const answer = upstream.send(aRequest(), { timeoutMs: 5_000, signal: gone.signal });
    expect(await failureOf(answer)).toEqual(["client-gone", "unknown"]);
    expect(server.received).toEqual([]);
  });

  it("leaves the function the rest of the time", async () => {
    const server = await rawServer(() => undefined);
    cleanups.push(() => server.close());
    const slow = proving(() => new Promise((resolve) => setTimeout(resolve, 60, [])));
    const clock = { now: () => 0, elapsed: () => (server.received.length === 0 && !proved ? 0 : 4_990) };
    let proved = false;
    const target: WebTarget = {
      kind: "web",
      url: server.url,
      auth: { kind: "none" },
      preserveHost: false,
      connections: 8,
    };
    const authenticator = proving(async (request) => {
      const proof = await slow.authenticate(request);
      proved = true;
      return proof;
    });
    const upstream = webUpstream({ target, authenticator, clock });
    cleanups.push(() => upstream.close());
    const error = await upstream.send(aRequest(), attempt(5_000)).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/no answer in 10 ms/);
  });
});

describe("an answer that may be the host's own", () => {
  const FAAS = "/function/orders";

  it("is read as far as it takes, and given back whole when it is the function's", async () => {
    const server = await service((_request, res) =>
      res.writeHead(404, { "x-own": "1" }).end("no such order"),
    );
    const answer = await upstreamTo(server.url + FAAS).send(aRequest(), attempt());
    expect([answer.status, firstValue(answer.headers, "x-own"), await bodyOf(answer)]).toEqual([
      404,
      "1",
      "no such order",
    ]);
  });

  it("is taken for the function's when it is long, compressed, or says no length", async () => {
    const words = "error finding function orders: no";
    const answers = [
      `HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n${words.length.toString(16)}\r\n${words}\r\n0\r\n\r\n`,
      `HTTP/1.1 404 No\r\nContent-Encoding: gzip\r\nContent-Length: ${words.length}\r\n\r\n${words}`,
      `HTTP/1.1 404 No\r\nContent-Length: 9000\r\n\r\n${words.padEnd(9_000)}`,
    ];
    for (const bytes of answers) {
      const server = await rawServer(answering(bytes));
      cleanups.push(() => server.close());
      const answer = await upstreamTo(server.url + FAAS).send(aRequest(), attempt());
      expect(answer.status).toBe(404);
      expect((await bodyOf(answer)).trim()).toBe(words);
    }
  });

  it("lets nobody else answer a write when its body could not be looked at", async () => {
    const marks = "x-amzn-RequestId: 1\r\nx-amzn-ErrorType: AccessDeniedException\r\n";
    const server = await rawServer((socket, soFar) => {
      if (soFar.endsWith("abc"))
        socket.write(`HTTP/1.1 403 No\r\n${marks}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    });
    cleanups.push(() => server.close());
    const auth: WebTarget["auth"] = { kind: "aws", service: "lambda", region: "eu-central-1" };
    const upstream = upstreamTo(server.url, { auth });
    const answer = await upstream.send(posting(Buffer.from("abc")), attempt());
    expect([answer.status, await bodyOf(answer)]).toEqual([403, "{}"]);
  });

  it.each([
    ["breaks off", (socket: { end(): unknown }) => socket.end(), ["reset", "unknown"]],
    ["stalls", () => undefined, ["timeout", "unknown"]],
  ] as const)("proves nothing when it %s", async (_how, then, failure) => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 404 No\r\nContent-Length: 99\r\n\r\nerror finding");
      then(socket);
    });
    cleanups.push(() => server.close());
    const answer = upstreamTo(server.url + FAAS).send(aRequest({ method: "POST" }), attempt(300));
    expect(await failureOf(answer)).toEqual(failure);
    await expect.poll(() => server.open()).toBe(0);
  });
});

import { getEventListeners } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Call, CallLimits, Invoker } from "../../gateway/upstreams/lambda/invoker.ts";
import { UpstreamError, type FailureKind, type FailurePhase } from "../../gateway/upstreams/upstream.ts";
import { eventFrame } from "../../local-aws/lambda/event-stream.ts";
import { selfSigned, serverSide, trust } from "../support/identity.ts";
import { rawServer } from "../support/raw-server.ts";

/** What makes an invoker for one endpoint. */
export type MakeInvoker = (settings: { region: string; endpoint: string }) => Invoker;

const CALL: Call = { functionName: "get-order", qualifier: "live", payload: Buffer.from("{}") };
const NEVER = new AbortController().signal;
const LIMITS: CallLimits = { timeoutMs: 60_000, signal: NEVER };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const WAYS = {
  invoke: (invoker: Invoker, signal = NEVER) => invoker.invoke(CALL, { ...LIMITS, signal }),
  invokeStreamed: (invoker: Invoker, signal = NEVER) => invoker.invokeStreamed(CALL, signal),
};

/** A service that writes what the test says. */
async function service(...script: Parameters<typeof rawServer>) {
  const server = await rawServer(...script);
  cleanups.push(() => server.close());
  return server;
}

async function serving(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
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

const answer = (status: number, fields: string[], body: string) =>
  [`HTTP/1.1 ${status} X`, ...fields, `Content-Length: ${body.length}`, "", body].join("\r\n");
const typed = (status: number, type: string, body = '{"Message":"no"}') =>
  answer(status, [`X-Amzn-Errortype: ${type}`], body);
/** One connection, one call: what each call has sent stands by itself. */
const CLOSE = "Connection: close";
const OK = answer(200, [], "{}");

/** The head of a streamed answer; `framed` makes what follows. */
const STREAM_HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nX-Amz-Executed-Version: 7\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (text: string) => eventFrame("PayloadChunk", "application/octet-stream", Buffer.from(text));
const complete = (facts: object) =>
  eventFrame("InvokeComplete", "application/json", Buffer.from(JSON.stringify(facts)));
const framed = (...frames: Buffer[]) =>
  Buffer.concat(frames.flatMap((frame) => [Buffer.from(`${frame.length.toString(16)}\r\n`), frame, CRLF]));
const CRLF = Buffer.from("\r\n");
const END = "0\r\n\r\n";

async function textOf(chunks: AsyncIterator<Uint8Array, unknown>): Promise<string> {
  let text = "";
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) return text;
    text += Buffer.from(value).toString();
  }
}

async function failureOf(invoked: Promise<unknown>): Promise<[FailureKind, FailurePhase]> {
  const error: unknown = await invoked.then(
    () => new Error("it answered"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return [error.kind, error.phase];
}

/** What every invoker does alike, however it was made. */
export function invokerContract(name: string, make: MakeInvoker): void {
  const to = (endpoint: string) => {
    const invoker = make({ region: "eu-central-1", endpoint });
    cleanups.push(() => invoker.close());
    return invoker;
  };

  describe(`${name}: a call`, () => {
    it("goes to the alias, and brings back version and payload", async () => {
      const lambda = await service((socket) =>
        socket.write(answer(200, ["X-Amz-Executed-Version: 7"], '{"a":1}')),
      );
      const invocation = await to(lambda.url).invoke(CALL, LIMITS);
      expect(lambda.received[0]).toMatch(
        /^POST \/2015-03-31\/functions\/get-order\/invocations\?Qualifier=live /,
      );
      expect(lambda.received[0]).toMatch(/\r\nauthorization: AWS4-HMAC-SHA256 /i);
      expect(lambda.received[0]).toMatch(/\r\n\r\n\{\}$/);
      expect(invocation).toMatchObject({ executedVersion: "7", functionError: undefined });
      expect(Buffer.from(invocation.payload).toString()).toBe('{"a":1}');
    });

    it("tells a failed function by its header, whatever the status says", async () => {
      const lambda = await service((socket) =>
        socket.write(answer(200, ["X-Amz-Function-Error: Unhandled"], "{}")),
      );
      expect(await to(lambda.url).invoke(CALL, LIMITS)).toMatchObject({ functionError: "Unhandled" });
    });

    it("brings the end of the log along when that was asked for, and not otherwise", async () => {
      const head = answer(200, ["X-Amz-Log-Result: UkVQT1JU"], "{}");
      const lambda = await service((socket) => socket.end(head));
      expect(await to(lambda.url).invoke({ ...CALL, logTail: true }, LIMITS)).toMatchObject({
        logResult: "UkVQT1JU",
      });
      expect(lambda.received[0]).toMatch(/\r\nx-amz-log-type: Tail\r\n/i);
      await to(lambda.url).invoke(CALL, LIMITS);
      expect(lambda.received[1]).not.toMatch(/x-amz-log-type/i);
    });

    it("may take longer than connecting may", async () => {
      const lambda = await service((socket) => void setTimeout(() => socket.write(OK), 2_300));
      expect(await to(lambda.url).invoke(CALL, LIMITS)).toMatchObject({ functionError: undefined });
    });

    it("names a function by its ARN as well", async () => {
      const lambda = await service((socket) => socket.write(OK));
      const functionName = "arn:aws:lambda:eu-central-1:123456789012:function:get-order";
      await to(lambda.url).invoke({ ...CALL, functionName }, LIMITS);
      expect(lambda.received[0]).toContain(`/functions/${encodeURIComponent(functionName)}/invocations?`);
    });

    it("goes where it says, whatever was called before it", async () => {
      const lambda = await service((socket) => socket.end(answer(200, [CLOSE], "{}")));
      const invoker = to(lambda.url);
      const calls: Call[] = ["get-order", "list-orders"].flatMap((functionName) =>
        ["live", "next"].flatMap((qualifier) =>
          [false, true].map((logTail) => ({ ...CALL, functionName, qualifier, logTail })),
        ),
      );
      for (const call of [...calls, ...calls]) await invoker.invoke(call, LIMITS);
      const went = lambda.received.map((text) => {
        const [, functionName, qualifier] =
          /^POST \/2015-03-31\/functions\/([^/]*)\/invocations\?Qualifier=(\w*) /.exec(text) ?? [];
        return { ...CALL, functionName, qualifier, logTail: /\r\nx-amz-log-type: Tail\r\n/i.test(text) };
      });
      expect(went).toEqual([...calls, ...calls]);
    });

    it("may be as large as Lambda takes it, and so may its answer", async () => {
      const large = JSON.stringify("x".repeat(6_000_000));
      const lambda = await service((socket, soFar) => {
        if (soFar.endsWith('"')) socket.write(answer(200, [], large));
      });
      const { payload } = await to(lambda.url).invoke({ ...CALL, payload: Buffer.from(large) }, LIMITS);
      expect(lambda.received[0]!.endsWith(`\r\n\r\n${large}`)).toBe(true);
      expect(Buffer.from(payload).equals(Buffer.from(large))).toBe(true);
    });

    it("leaves its connection to the next one", async () => {
      const lambda = await service((socket) => socket.write(OK));
      const invoker = to(lambda.url);
      for (let i = 0; i < 3; i++) await invoker.invoke(CALL, LIMITS);
      expect(lambda.received).toHaveLength(1);
    });

    it("is signed by the service's clock once that has refused one that is off", async () => {
      const anHour = 3_600_000;
      const lambda = await service((socket) => {
        const date = `Date: ${new Date(Date.now() + anHour).toUTCString()}`;
        socket.end(answer(403, [date, CLOSE, "X-Amzn-Errortype: InvalidSignatureException"], "{}"));
      });
      const invoker = to(lambda.url);
      for (let i = 0; i < 2; i++)
        expect(await failureOf(invoker.invoke(CALL, LIMITS))).toEqual(["denied", "not-started"]);
      const hoursAhead = lambda.received.map((text) => {
        const [, ...parts] = /\r\nx-amz-date: (....)(..)(..)T(..)(..)(..)Z\r\n/i.exec(text)!;
        const [year, month, day, hour, minute, second] = parts.map(Number) as [number, number, ...number[]];
        return Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - Date.now()) / anHour) + 0;
      });
      expect(hoursAhead).toEqual([0, 1]);
    });

    it("is signed with what the SDK's chain finds, asked for once by all, and again when it runs out", async () => {
      let asked = 0;
      const container = await service((socket) => {
        asked += 1;
        const Expiration = new Date(Date.now() + 60_000).toISOString();
        const facts = {
          AccessKeyId: `KEY${asked}`,
          SecretAccessKey: "s",
          Token: `token${asked}`,
          Expiration,
        };
        socket.end(answer(200, [CLOSE], JSON.stringify(facts)));
      });
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
      for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere");
      vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url);
      cleanups.push(() => vi.unstubAllEnvs());
      const lambda = await service((socket) => socket.end(answer(200, [CLOSE], "{}")));
      const invoker = to(lambda.url);
      await Promise.all([1, 2, 3].map(() => invoker.invoke(CALL, LIMITS)));
      const signed = /SignedHeaders=[^,]*;x-amz-security-token/;
      expect(lambda.received.filter((text) => signed.test(text))).toHaveLength(3);
      const tokens = () =>
        lambda.received.map((text) => /\r\nx-amz-security-token: (\w+)\r\n/i.exec(text)?.[1]);
      expect(tokens()).toEqual(["token1", "token1", "token1"]);
      // What ends in less than five minutes is renewed: by now, or by the call after the next.
      await expect
        .poll(async () => {
          await invoker.invoke(CALL, LIMITS);
          return tokens().at(-1);
        })
        .not.toBe("token1");
    });

    it("has run when its answer is cut short", async () => {
      const lambda = await service((socket) =>
        socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
      );
      expect(await failureOf(to(lambda.url).invoke(CALL, LIMITS))).toEqual(["reset", "started"]);
      expect(lambda.received).toHaveLength(1);
    });

    it.each<[string, Call, Parameters<typeof rawServer>[0]]>([
      ["nothing comes", CALL, () => undefined],
      [
        "the answer's body does not end",
        CALL,
        (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
      ],
      [
        "an error's body does not end",
        CALL,
        (socket) => socket.write("HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\nhalf"),
      ],
      [
        "nobody reads the event",
        { ...CALL, payload: Buffer.alloc(6_000_000, "x") },
        (socket, soFar) => {
          if (soFar.length > 65_536) return;
          // Who never reads again does not see the end, either.
          socket.pause();
          setTimeout(() => socket.resume(), 600);
        },
      ],
    ])(
      "is given up at its deadline when %s, its connection cut, and nothing left behind",
      async (_what, call, onRequest) => {
        const lambda = await service(onRequest);
        const { signal } = new AbortController();
        const [, phase] = await failureOf(to(lambda.url).invoke(call, { timeoutMs: 300, signal }));
        expect(phase).toBe("unknown");
        await expect.poll(() => lambda.open()).toBe(0);
        expect(getEventListeners(signal, "abort")).toEqual([]);
      },
    );

    it("is not made when nobody waits for it", async () => {
      const lambda = await service(() => undefined);
      const limits = { ...LIMITS, signal: AbortSignal.abort() };
      expect((await failureOf(to(lambda.url).invoke(CALL, limits)))[0]).toBe("client-gone");
      expect(lambda.received).toEqual([]);
    });

    it("is not cut by closing the invoker, and its connection ends with it", async () => {
      let release = () => undefined as unknown;
      const lambda = await service((socket) => void (release = () => socket.write(OK)));
      const invoker = to(lambda.url);
      const answered = invoker.invoke(CALL, LIMITS);
      await expect.poll(() => lambda.received.length).toBe(1);
      invoker.close();
      release();
      expect(await answered).toMatchObject({ functionError: undefined });
      await expect.poll(() => lambda.open()).toBe(0);
    });
  });

  describe(`${name}: a streamed call`, () => {
    it("goes to the alias, and brings its chunks as they come", async () => {
      let more = () => undefined as unknown;
      const lambda = await service((socket) => {
        socket.write(STREAM_HEAD);
        socket.write(framed(chunk("first,")));
        more = () => socket.write(Buffer.concat([framed(chunk("last"), complete({})), Buffer.from(END)]));
      });
      const { chunks, executedVersion } = await to(lambda.url).invokeStreamed(CALL, NEVER);
      expect(lambda.received[0]).toMatch(
        /^POST \/2021-11-15\/functions\/get-order\/response-streaming-invocations\?Qualifier=live /,
      );
      expect(executedVersion).toBe("7");
      const first = await chunks.next();
      expect(Buffer.from(first.value as Uint8Array).toString()).toBe("first,");
      more();
      expect(await textOf(chunks)).toBe("last");
    });

    it("is the same however its frames are cut", async () => {
      const bytes = Buffer.concat([
        framed(chunk("one"), chunk("two"), complete({ LogResult: "TE9H" })),
        Buffer.from(END),
      ]);
      const lambda = await service((socket) => {
        socket.setNoDelay(true).write(STREAM_HEAD);
        let sent = 0;
        const crumbs = setInterval(() => {
          if (sent < bytes.length) socket.write(bytes.subarray(sent, ++sent));
          else clearInterval(crumbs);
        });
        cleanups.push(() => clearInterval(crumbs));
      });
      const { chunks, logResult } = await to(lambda.url).invokeStreamed({ ...CALL, logTail: true }, NEVER);
      expect(await textOf(chunks)).toBe("onetwo");
      expect(logResult()).toBe("TE9H");
      expect(lambda.received[0]).toMatch(/\r\nx-amz-log-type: Tail\r\n/i);
    });

    it.each<[string, Buffer, FailureKind]>([
      [
        "the function failed",
        framed(chunk("half"), complete({ ErrorCode: "Unhandled", ErrorDetails: '{"errorType":"Error"}' })),
        "function-error",
      ],
      ["its end never came", framed(chunk("half")), "reset"],
      ["a frame is damaged", Buffer.concat([framed(chunk("half")), framed(Buffer.alloc(20))]), "reset"],
    ])("has started when %s", async (_what, bytes, kind) => {
      const lambda = await service((socket) => {
        socket.write(STREAM_HEAD);
        socket.write(bytes);
        socket.write(END);
      });
      const { chunks } = await to(lambda.url).invokeStreamed(CALL, NEVER);
      expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe("half");
      expect(await failureOf(Promise.resolve(chunks.next()))).toEqual([kind, "started"]);
    });

    it("has started when its connection is reset in the middle", async () => {
      const lambda = await service((socket) => {
        socket.write(STREAM_HEAD);
        socket.write(framed(chunk("half")), () => setTimeout(() => socket.resetAndDestroy(), 50));
      });
      const { chunks } = await to(lambda.url).invokeStreamed(CALL, NEVER);
      expect(await failureOf(textOf(chunks))).toEqual(["reset", "started"]);
    });

    it("ends with its signal, even while the function says nothing", async () => {
      const lambda = await service((socket) => {
        socket.write(STREAM_HEAD);
        socket.write(framed(chunk("half")));
      });
      const waiting = new AbortController();
      const { chunks } = await to(lambda.url).invokeStreamed(CALL, waiting.signal);
      await chunks.next();
      const next = failureOf(Promise.resolve(chunks.next()));
      waiting.abort();
      expect((await next)[0]).toBe("client-gone");
      await expect.poll(() => lambda.open()).toBe(0);
    });

    it("leaves its connection to the next call once it was read to its end", async () => {
      const answered = Buffer.concat([
        Buffer.from(STREAM_HEAD),
        framed(chunk("all"), complete({})),
        Buffer.from(END),
      ]);
      const lambda = await service((socket, soFar) => {
        if (soFar.endsWith("{}")) socket.write(answered);
      });
      const invoker = to(lambda.url);
      for (let i = 0; i < 3; i++) {
        const control = new AbortController();
        const { chunks } = await invoker.invokeStreamed(CALL, control.signal);
        expect(await textOf(chunks)).toBe("all");
        control.abort();
      }
      expect(lambda.received).toHaveLength(1);
    });

    it("is not read ahead of its reader", async () => {
      let taken = 0;
      const lambda = await service((socket) => {
        socket.write(STREAM_HEAD);
        const block = framed(chunk("x".repeat(65_536)));
        const write = () => {
          for (; taken < 2_000 && !socket.destroyed; taken++) if (!socket.write(block)) break;
          if (taken < 2_000) socket.once("drain", write);
        };
        write();
      });
      const { chunks } = await to(lambda.url).invokeStreamed(CALL, NEVER);
      await chunks.next();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(taken).toBeLessThan(500);
    });
  });

  describe.each(["invoke", "invokeStreamed"] as const)(`${name}: a failed call of %s`, (way) => {
    it.each<[string, string, FailureKind, FailurePhase]>([
      [
        "throttled",
        typed(429, "TooManyRequestsException", '{"Reason":"CallerRateLimitExceeded"}'),
        "throttled",
        "not-started",
      ],
      ["throttled without a type", answer(429, [], "{}"), "throttled", "not-started"],
      ["unknown function", typed(404, "ResourceNotFoundException"), "not-found", "not-started"],
      ["not allowed", typed(403, "AccessDeniedException"), "denied", "not-started"],
      ["bad signature", typed(403, "InvalidSignatureException"), "denied", "not-started"],
      ["too large", typed(413, "RequestTooLargeException"), "too-large", "not-started"],
      ["refused content", typed(400, "InvalidRequestContentException"), "rejected", "not-started"],
      ["unsupported media", typed(415, "UnsupportedMediaTypeException"), "rejected", "not-started"],
      ["some other 400", typed(400, "SomethingNewException"), "rejected", "not-started"],
      ["no network interface", typed(502, "ENILimitReachedException"), "unavailable", "not-started"],
      ["conflict", typed(409, "ResourceConflictException"), "unavailable", "not-started"],
      ["snapshot not ready", typed(409, "SnapStartNotReadyException"), "unavailable", "not-started"],
      ["disk not mounted", typed(408, "EFSMountTimeoutException"), "unavailable", "not-started"],
      ["service failure", typed(500, "ServiceException"), "service-error", "unknown"],
      ["untyped 503", answer(503, [], "<html>"), "service-error", "unknown"],
      ["typed 5xx that nobody knows", typed(502, "SomethingNewException"), "service-error", "unknown"],
      [
        "typed in its body",
        answer(429, [], '{"__type":"a.b#TooManyRequestsException"}'),
        "throttled",
        "not-started",
      ],
      [
        "typed with a link",
        typed(502, "ENILimitReachedException:http://internal.amazon.com/"),
        "unavailable",
        "not-started",
      ],
      ["no HTTP", "HELLO\r\n\r\n", "reset", "unknown"],
    ])("is sorted: %s", async (_what, bytes, kind, phase) => {
      const lambda = await service((socket) => socket.write(bytes));
      expect(await failureOf(WAYS[way](to(lambda.url)))).toEqual([kind, phase]);
      // One attempt: a write must not run twice because a library is helpful.
      expect(lambda.received).toHaveLength(1);
    });

    it("may have run when it was reset after sending, and is sent once", async () => {
      const lambda = await service((socket) => socket.resetAndDestroy());
      expect(await failureOf(WAYS[way](to(lambda.url)))).toEqual(["reset", "unknown"]);
      expect(lambda.received).toHaveLength(1);
    });

    it("has not started when refused or unresolved", async () => {
      const gone = await rawServer(() => undefined);
      await gone.close();
      expect(await failureOf(WAYS[way](to(gone.url)))).toEqual(["refused", "not-started"]);
      const nowhere = to("http://does-not-exist.invalid");
      expect(await failureOf(WAYS[way](nowhere))).toEqual(["unresolved", "not-started"]);
    });

    it("is given up when nobody waits any more, and its connection cut", async () => {
      const lambda = await service(() => undefined);
      const waiting = new AbortController();
      const invoked = WAYS[way](to(lambda.url), waiting.signal);
      await expect.poll(() => lambda.received.length).toBe(1);
      waiting.abort();
      expect(await failureOf(invoked)).toEqual(["client-gone", "unknown"]);
      await expect.poll(() => lambda.open()).toBe(0);
    });

    it("has not started without credentials, and sends nothing", async () => {
      for (const variable of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(variable, undefined);
      for (const variable of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
        vi.stubEnv(variable, "/nowhere");
      vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
      cleanups.push(() => vi.unstubAllEnvs());
      const lambda = await service(() => undefined);
      expect(await failureOf(WAYS[way](to(lambda.url)))).toEqual(["denied", "not-started"]);
      expect(lambda.received).toEqual([]);
    });
  });

  describe(`${name}: a call over TLS`, () => {
    it.each<[string, (socket: Socket) => void, FailureKind]>([
      ["ended", (socket) => socket.end(), "refused"],
      ["reset", (socket) => socket.once("data", () => socket.resetAndDestroy()), "refused"],
      [
        "answered without TLS",
        (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 X\r\n\r\n")),
        "tls",
      ],
      ["never answered", () => undefined, "connect-timeout"],
    ])("has not started when its handshake is %s", async (_how, onSocket, kind) => {
      const port = await serving(onSocket);
      const invoked = to(`https://127.0.0.1:${port}`).invoke(CALL, LIMITS);
      expect(await failureOf(invoked)).toEqual([kind, "not-started"]);
    });

    it("has not started when the certificate is not to be trusted", async () => {
      const port = await serving((socket) => serverSide(socket, selfSigned()));
      const invoked = to(`https://localhost:${port}`).invoke(CALL, LIMITS);
      expect(await failureOf(invoked)).toEqual(["tls", "not-started"]);
    });

    it("is encrypted, and the next one goes over the same connection", async () => {
      const identity = selfSigned();
      cleanups.push(trust(identity));
      let handshakes = 0;
      const port = await serving((socket) => {
        const secure = serverSide(socket, identity);
        secure.once("data", () => (handshakes += 1));
        secure.on("data", () => secure.write(OK));
      });
      const invoker = to(`https://localhost:${port}`);
      for (let i = 0; i < 3; i++)
        expect(await invoker.invoke(CALL, LIMITS)).toMatchObject({ functionError: undefined });
      expect(handshakes).toBe(1);
    });

    it("may have started when TLS fails with the request already there", async () => {
      const identity = selfSigned();
      cleanups.push(trust(identity));
      let received = "";
      const port = await serving((socket) => {
        const secure = serverSide(socket, identity);
        secure.on("data", (bytes: Buffer) => {
          received += bytes.toString("latin1");
          // An application-data record of TLS 1.2 framing whose ciphertext is none.
          if (received.endsWith("{}")) socket.write(Buffer.from(`1703030020${"ab".repeat(32)}`, "hex"));
        });
      });
      const invoked = to(`https://localhost:${port}`).invoke(CALL, LIMITS);
      expect(await failureOf(invoked)).toEqual(["reset", "unknown"]);
      expect(received).toMatch(/^POST \/2015-03-31\/functions\/get-order\/invocations/);
    });
  });
}

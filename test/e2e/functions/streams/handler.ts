import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

type Out = Parameters<Parameters<typeof awslambda.streamifyResponse<APIGatewayProxyEventV2>>[0]>[1];

/** Streams as the query says: `?how=…&n=…`. */
export const handler = awslambda.streamifyResponse<APIGatewayProxyEventV2>(async (event, out) => {
  const { how = "", n = "0" } = event.queryStringParameters ?? {};
  await HOW[how]!(out, Number(n));
});

const HOW: Readonly<Record<string, (out: Out, n: number) => Promise<void>>> = {
  /** n MB, as fast as they are taken. */
  async megabytes(out, n) {
    const body = from(out, { statusCode: 200, headers: { "content-type": "application/octet-stream" } });
    const block = Buffer.alloc(65_536, "x");
    for (let i = 0; i < n * 16; i++) if (!body.write(block)) await once(body, "drain");
    await ended(body);
  },
  /** n server-sent events, each with the time it was written at. */
  async sse(out, n) {
    const body = from(out, { statusCode: 200, headers: { "content-type": "text/event-stream" } });
    for (let i = 0; i < n; i++) {
      body.write(`data: ${performance.timeOrigin + performance.now()}\n\n`);
      await pause(40);
    }
    await ended(body);
  },
  /** A head with all that it can have. */
  async head(out) {
    const head = {
      statusCode: 206,
      headers: { "content-type": "text/plain", "x-a": "1", "content-length": "999", connection: "close" },
      cookies: ["a=1; Path=/", "b=2"],
    };
    const body = from(out, head);
    body.write("part");
    await ended(body);
  },
  /** The prelude by hand, a byte at a time. */
  async crumbs(out) {
    const bytes = Buffer.from(`{"statusCode":201,"headers":{"x-crumbs":"yes"}}${"\0".repeat(8)}whole`);
    for (const byte of bytes) {
      out.write(Buffer.of(byte));
      await pause(1);
    }
    await ended(out);
  },
  async empty(out) {
    const body = from(out, { statusCode: 204 });
    // The runtime sends the head with the first write, and never without one.
    body.write("");
    await ended(body);
  },
  async "never-written"(out) {
    await ended(from(out, { statusCode: 404 }));
  },
  /** No head at all. */
  async raw(out) {
    out.write("data by itself");
    await ended(out);
  },
  async "bad-head"(out) {
    from(out, { statusCode: 99 }).write("x");
    await ended(out);
  },
  async "throw-first"() {
    throw new Error("thrown before a byte");
  },
  async "throw-late"(out) {
    const body = from(out, { statusCode: 200, headers: { "content-type": "text/plain" } });
    body.write("half of ");
    await pause(50);
    throw new Error("thrown in the middle");
  },
  async "exit-late"(out) {
    const body = from(out, { statusCode: 200, headers: { "content-type": "text/plain" } });
    body.write("half of ");
    await pause(100);
    process.exit(1);
  },
};

function from(
  out: Out,
  head: { statusCode: number; headers?: Record<string, string>; cookies?: string[] },
): Out {
  return awslambda.HttpResponseStream.from(out, head);
}

async function ended(out: Out): Promise<void> {
  out.end();
  await once(out, "finish");
}

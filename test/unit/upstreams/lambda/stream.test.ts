import { array, assert, asyncProperty, integer, uint8Array } from "fast-check";
import { text as textOf } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readStreamedAnswer } from "../../../../gateway/upstreams/lambda/stream.ts";
import { UpstreamError, type UpstreamResponse } from "../../../../gateway/upstreams/upstream.ts";

async function* chunked(...chunks: (Uint8Array | string | Error)[]): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield Buffer.from(chunk);
  }
}

function read(chunks: AsyncGenerator<Uint8Array, void>, onClose = () => {}): Promise<UpstreamResponse> {
  return readStreamedAnswer({ chunks, method: "GET", format: "2.0", onClose });
}

const bytesOf = async ({ body }: UpstreamResponse) =>
  Buffer.isBuffer(body) ? body : Buffer.concat((await body.toArray()) as Buffer[]);

describe("a streamed answer", () => {
  it("is the same however its bytes are cut", async () => {
    const head = Buffer.from(`{"statusCode":201,"headers":{"x-a":"\u00e4"}}${"\0".repeat(8)}`);
    const run = async (body: Uint8Array, cuts: number[]) => {
      const whole = Buffer.concat([head, body]);
      const at = [...cuts.map((cut) => cut % (whole.length + 1)), 0, whole.length].toSorted((a, b) => a - b);
      const chunks = at.slice(1).map((end, i) => whole.subarray(at[i], end));
      const answer = await read(chunked(...chunks));
      expect(answer.status).toBe(201);
      expect(answer.headers).toContain("x-a");
      expect(Buffer.compare(await bytesOf(answer), body)).toBe(0);
    };
    await assert(asyncProperty(uint8Array({ maxLength: 40 }), array(integer({ min: 0, max: 1_000 })), run));
  });

  it("is resolved with its head, before a byte of its body is there", async () => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    async function* slowly() {
      yield Buffer.from(`{}${"\0".repeat(8)}`);
      yield await promise;
    }
    const { status, body } = await read(slowly());
    resolve(Buffer.from("late"));
    expect(status).toBe(200);
    expect(await textOf(body as Readable)).toBe("late");
  });

  it("that begins with a brace and ends without a prelude is an answer as always", async () => {
    const answer = await read(chunked('{"statusCode":2', '02,"body":"x"}'));
    expect([answer.status, (await bytesOf(answer)).toString()]).toEqual([202, "x"]);
  });

  it("that is larger than any buffered answer is not held back", async () => {
    const answer = await read(chunked(`{${" ".repeat(7 * 1024 * 1024)}`, "}"));
    expect(answer.headers).toEqual(["content-type", "application/octet-stream"]);
    expect((await bytesOf(answer)).length).toBe(7 * 1024 * 1024 + 2);
  });

  it("is not read ahead of its reader", async () => {
    let given = 0;
    async function* endless() {
      yield Buffer.from(`{}${"\0".repeat(8)}`);
      for (; given < 10_000; given++) yield Buffer.alloc(65_536);
    }
    const { body } = await read(endless());
    (body as Readable).once("readable", () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(given).toBeLessThan(5);
    (body as Readable).destroy();
  });

  it("breaks off with the error that it broke off with", async () => {
    const error = new UpstreamError("function-error", "in the middle");
    let closed = 0;
    const { body } = await read(chunked(`{}${"\0".repeat(8)}half`, error), () => void closed++);
    await expect(textOf(body as Readable)).rejects.toBe(error);
    expect(closed).toBe(1);
  });

  it("is given up at once when nobody reads it, even while the function says nothing", async () => {
    async function* silent() {
      yield Buffer.from(`{}${"\0".repeat(8)}`);
      await new Promise(() => undefined);
    }
    let closed = false;
    const { body } = await read(silent(), () => void (closed = true));
    (body as Readable).resume().destroy();
    await expect.poll(() => closed).toBe(true);
  });

  it.each([
    ["a status that is none", `{"statusCode":99}${"\0".repeat(8)}`],
    ["a header that splits", `{"headers":{"a":"b\\r\\nc: d"}}${"\0".repeat(8)}`],
  ])("is no answer with %s", async (_what, text) => {
    await expect(read(chunked(text))).rejects.toMatchObject({ kind: "bad-answer", phase: "started" });
  });
});

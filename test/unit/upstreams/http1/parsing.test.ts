import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerHead } from "../../../../gateway/upstreams/http1/answer-head.ts";
import { ChunkedBody } from "../../../../gateway/upstreams/http1/chunked-body.ts";
import { UpstreamError } from "../../../../gateway/upstreams/upstream.ts";
import { cutInto, mutated, segments } from "./mutations.ts";

/** What reading comes to, whichever way the bytes arrive; null while more are needed. */
type Read = { readonly failed: true } | { readonly result: unknown } | null;

function reading(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { failed: true };
  }
}

function headIn(parts: readonly Buffer[]): Read {
  return reading(() => {
    let soFar = Buffer.alloc(0);
    for (const part of parts) {
      soFar = Buffer.concat([soFar, part]);
      const head = answerHead(soFar);
      if (head !== null) return { result: head };
    }
    return null;
  });
}

function bodyIn(parts: readonly Buffer[]): Read {
  return reading(() => {
    const reader = new ChunkedBody();
    let body = "";
    let used = 0;
    for (const part of parts) used += reader.read(part, (slice) => (body += slice.toString("latin1")));
    return reader.ended ? { result: { body, used, trailers: reader.trailers } } : null;
  });
}

const HEADS = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n",
  "HTTP/1.0 404\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX:\t caf\xe9 \r\n\r\n",
];
const BODIES = [
  "5\r\nhello\r\n0\r\n\r\n",
  "3;a=b;c\r\nhel\r\n00002\r\nlo\r\n0;last\r\nX-Sum: 1\r\nY:\r\n\r\n",
  "0\r\n\r\n",
];

describe("what comes of bytes is the same however they are cut", () => {
  it.each<[string, readonly string[], (parts: readonly Buffer[]) => Read]>([
    ["a head", HEADS, headIn],
    ["a chunked body", BODIES, bodyIn],
  ])("for %s", (_what, samples, read) => {
    fc.assert(
      fc.property(mutated(samples), segments, (bytes, cuts) => {
        expect(read(cutInto(bytes, cuts))).toEqual(read([bytes]));
      }),
      { numRuns: 2_000 },
    );
  });

  it("and whole samples are understood", () => {
    for (const head of HEADS) expect(headIn([Buffer.from(head, "latin1")])).toHaveProperty("result");
    for (const body of BODIES) expect(bodyIn([Buffer.from(body, "latin1")])).toHaveProperty("result");
  });
});

describe("bounds hold", () => {
  it.each([
    ["a head", () => answerHead(Buffer.from(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(33_000)}`))],
    ["a chunk size", () => bodyIn([Buffer.from("1".repeat(11))])],
    ["chunk extensions", () => bodyIn([Buffer.from(`1;${"x".repeat(17_000)}`)])],
    ["trailers", () => bodyIn([Buffer.from(`0\r\nX: ${"x".repeat(33_000)}`)])],
  ])("of %s", (_what, read) => {
    expect(reading(() => ({ result: read() }))).toSatisfy((got) => JSON.stringify(got).includes("failed"));
  });
});

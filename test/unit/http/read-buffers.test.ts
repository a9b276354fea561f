import { once } from "node:events";
import { PassThrough, Writable, type Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { giveBack, lend, passOn, readBuffer } from "../../../gateway/http/read-buffers.ts";

/** The buffers that are handed out next, as long as they are spare ones. */
function isHandedOutAgain(buffer: Buffer): boolean {
  const next = Array.from({ length: 100 }, () => readBuffer());
  return next.includes(buffer);
}

const borrower = {};

describe("a buffer for reads", () => {
  it("is handed out again once all that was lent of it came back", () => {
    const buffer = readBuffer();
    const slices = [buffer.subarray(0, 10), buffer.subarray(10, 20)];
    for (const slice of slices) lend(slice, borrower);
    giveBack(slices[0]!, borrower);
    giveBack(slices[0]!, borrower);
    expect(isHandedOutAgain(buffer)).toBe(false);
    giveBack(slices[1]!, borrower);
    expect(isHandedOutAgain(buffer)).toBe(true);
  });

  it("stays with who has it when nothing of it was lent", () => {
    const buffer = readBuffer();
    giveBack(buffer.subarray(0, 10), borrower);
    expect(isHandedOutAgain(buffer)).toBe(false);
  });

  it("does not come back from another than the borrower", () => {
    const buffer = readBuffer();
    const slice = buffer.subarray(0, 10);
    lend(slice, borrower);
    giveBack(slice, {});
    expect(isHandedOutAgain(buffer)).toBe(false);
  });

  it("is none of other memory", () => {
    const bytes = Buffer.alloc(64 * 1024);
    lend(bytes, borrower);
    giveBack(bytes, borrower);
    expect(isHandedOutAgain(bytes)).toBe(false);
  });
});

describe("a chunk that is passed on", () => {
  /** A body that hands a lent chunk on, and the buffer that it lies in. */
  function lentChunk(): { body: Readable; buffer: Buffer } {
    const buffer = readBuffer();
    const body = new PassThrough();
    const slice = buffer.subarray(0, 1_000);
    lend(slice, body);
    body.push(slice);
    body.push(null);
    return { body, buffer };
  }
  const writing = (fails = false) =>
    new Writable({
      write(_chunk, _encoding, done) {
        setImmediate(done, fails ? new Error("gone") : null);
      },
    }).on("error", () => undefined);

  it("comes back when it is out, not before", async () => {
    const { body, buffer } = lentChunk();
    const out = writing();
    body.on("data", (chunk: Buffer) => passOn(chunk, body, out));
    await once(body, "end");
    expect(isHandedOutAgain(buffer)).toBe(false);
    out.end();
    await once(out, "finish");
    expect(isHandedOutAgain(buffer)).toBe(true);
  });

  it("stays with somebody else who heard it", async () => {
    const { body, buffer } = lentChunk();
    const out = writing();
    body.on("data", () => undefined);
    body.on("data", (chunk: Buffer) => passOn(chunk, body, out));
    await once(body, "end");
    out.end();
    await once(out, "finish");
    expect(isHandedOutAgain(buffer)).toBe(false);
  });

  it("stays with who stands between", async () => {
    const { body, buffer } = lentChunk();
    const out = writing();
    const between = body.pipe(new PassThrough());
    between.on("data", (chunk: Buffer) => passOn(chunk, between, out));
    await once(between, "end");
    out.end();
    await once(out, "finish");
    expect(isHandedOutAgain(buffer)).toBe(false);
  });

  it("does not come back from a write that failed", async () => {
    const { body, buffer } = lentChunk();
    const out = writing(true);
    body.on("data", (chunk: Buffer) => passOn(chunk, body, out));
    await new Promise((resolve) => out.once("close", resolve));
    expect(isHandedOutAgain(buffer)).toBe(false);
  });
});

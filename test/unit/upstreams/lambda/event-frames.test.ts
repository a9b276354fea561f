import { describe, expect, it } from "vitest";
import { eventFrames } from "../../../../gateway/upstreams/lambda/event-frames.ts";
import { eventFrame } from "../../../../local-aws/lambda/event-stream.ts";

const FRAMES = [
  eventFrame("PayloadChunk", "application/octet-stream", Buffer.from("one")),
  eventFrame("PayloadChunk", "application/octet-stream", Buffer.alloc(0)),
  eventFrame("InvokeComplete", "application/json", Buffer.from("{}")),
];
const BYTES = Buffer.concat(FRAMES);

async function readFrom(chunks: Iterable<Buffer>): Promise<[string | undefined, string][]> {
  const read: [string | undefined, string][] = [];
  for await (const { headers, payload } of eventFrames(chunks))
    read.push([headers.get(":event-type"), payload.toString()]);
  return read;
}

const WHOLE = [
  ["PayloadChunk", "one"],
  ["PayloadChunk", ""],
  ["InvokeComplete", "{}"],
];

describe("events", () => {
  it("are the same wherever their bytes are cut", async () => {
    for (let at = 0; at <= BYTES.length; at++)
      expect(await readFrom([BYTES.subarray(0, at), BYTES.subarray(at)])).toEqual(WHOLE);
    expect(await readFrom([...BYTES].map((byte) => Buffer.of(byte)))).toEqual(WHOLE);
  });

  it("are damaged when any of their bits is", async () => {
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const damaged = Buffer.from(BYTES);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await expect(readFrom([damaged])).rejects.toThrow(/damaged|length|middle/);
    }
  });

  it("are not whole when their last one is not", async () => {
    const ends = FRAMES.map((_, n) => Buffer.concat(FRAMES.slice(0, n + 1)).length);
    for (let end = 1; end < BYTES.length; end++) {
      if (ends.includes(end)) continue;
      await expect(readFrom([BYTES.subarray(0, end)])).rejects.toThrow("in the middle");
    }
    expect(await readFrom([BYTES.subarray(0, ends[1])])).toEqual(WHOLE.slice(0, 2));
  });
});

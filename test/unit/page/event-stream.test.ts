import * as fc from "fast-check";
import { expect, it } from "vitest";
import { eventsIn } from "../../../page/api/event-stream.ts";

async function read(chunks: readonly Uint8Array[]) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events = [];
  for await (const event of eventsIn(body)) events.push(event);
  return events;
}

const TEXT =
  'id: 1\nevent: route\ndata: {"a":"ü€😀"}\n\n: beat\n\ndata: one\ndata: two\n\ndata:bare\n\ndata: never ended';
const EVENTS = [
  { event: "route", data: '{"a":"ü€😀"}' },
  { event: "message", data: "one\ntwo" },
  { event: "message", data: "bare" },
];

it("reads events however they are cut on their way", async () => {
  const bytes = new TextEncoder().encode(TEXT);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((end, n) => bytes.slice(edges[n], end));
      expect(await read(chunks)).toEqual(EVENTS);
    }),
  );
});

it("takes any line end", async () => {
  for (const end of ["\r\n", "\r"]) {
    expect(await read([new TextEncoder().encode(TEXT.replaceAll("\n", end))])).toEqual(EVENTS);
  }
});

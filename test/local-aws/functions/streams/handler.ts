import { existsSync } from "node:fs";
import type { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";

/** What the runtime puts into each function's globals. */
declare const awslambda: {
  streamifyResponse(handler: (event: Event, stream: Writable) => Promise<void>): unknown;
  HttpResponseStream: { from(stream: Writable, prelude: object): Writable };
};

interface Event {
  /** Writes the end only once this file exists. */
  readonly until?: string;
  readonly failWith?: string;
  readonly prelude?: object;
  readonly chunks?: number;
}

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const out = event.prelude ? awslambda.HttpResponseStream.from(stream, event.prelude) : stream;
  out.write("first,");
  while (event.until !== undefined && !existsSync(event.until)) await setTimeout(5);
  if (event.failWith !== undefined) throw new Error(event.failWith);
  for (let sent = 0; sent < (event.chunks ?? 0); sent += 1) {
    if (!out.write(Buffer.alloc(65_536))) await new Promise((resolve) => out.once("drain", resolve));
  }
  out.end("last");
});

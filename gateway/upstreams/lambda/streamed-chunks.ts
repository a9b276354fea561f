import type { Readable } from "node:stream";
import { eventFrames } from "./event-frames.ts";
import { functionFailure } from "./function-failure.ts";
import { brokenOff, givenUp } from "./invoker.ts";
import { textsIn } from "./refusal.ts";

/** The bytes of a streamed answer. The function has run by now, so whatever happens here is of phase `started`. */
export async function* chunksOf(
  body: Buffer | Readable,
  onLog: (logResult: string | undefined) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  /** https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStreamCompleteEvent.html */
  let complete: ReadonlyMap<string, string> | undefined;
  try {
    // Read to the end, whatever comes: only then does the next call get the connection.
    for await (const { headers, payload } of eventFrames(Buffer.isBuffer(body) ? [body] : body)) {
      if (headers.get(":message-type") !== "event") throw new Error("the service sent an exception");
      const type = headers.get(":event-type");
      if (type === "PayloadChunk") yield payload;
      if (type === "InvokeComplete") complete ??= textsIn(payload);
    }
  } catch (error) {
    throw signal.aborted ? givenUp(error) : brokenOff(String(error), error);
  }
  if (complete === undefined) throw brokenOff("it ended before it was complete");
  onLog(complete.get("LogResult"));
  const errorCode = complete.get("ErrorCode");
  if (errorCode !== undefined) throw functionFailure(errorCode, complete.get("ErrorDetails") ?? "");
}

import type { Readable } from "node:stream";
import type { Clock } from "../clock.ts";
import type { AnsweredObservation, Observation } from "../diff/observation.ts";
import type { GatewayRequest } from "../http/request.ts";
import { UpstreamError, type Upstream, type UpstreamResponse } from "../upstreams/upstream.ts";
import type { Budget } from "./budget.ts";
import { Capture } from "./capture.ts";

/** What one side did, and the memory that holds it. */
export interface Observed {
  readonly observation: Observation;
  /** True when its body was longer than what is worth reading. */
  readonly cutOff: boolean;
  /** Call once when nobody needs the bytes any more. */
  readonly release: () => void;
}

/** How much of an answer is looked at. */
export interface Reach {
  /** Bytes that are kept. */
  readonly keepBytes: number;
  /** Bytes that are read at most; what is longer is another answer than the one it is compared with. */
  readonly readBytes: number;
}

const LITTLE_BYTES = 64 * 1024;
/** An answer may be written out at more length and still say the same. */
const AT_MORE_LENGTH = 4;

/** How much of an answer is worth reading, if it is to be compared with this one. */
export function reachFor(primary: Observation, keepBytes: number): Reach {
  const length = primary.kind === "failed" ? 0 : primary.body.length;
  // Over the cap, only the same length and hash can still say that it is the same.
  if (length > keepBytes) return { keepBytes, readBytes: length + LITTLE_BYTES };
  const worth = Math.min(keepBytes, Math.max(LITTLE_BYTES, AT_MORE_LENGTH * length));
  return { keepBytes: worth, readBytes: worth };
}

/** Asks a side for nobody but us. Never rejects: a failure is what was observed. Null when memory ran out. */
export async function observe(
  upstream: Upstream,
  request: GatewayRequest,
  timeoutMs: number,
  { keepBytes, readBytes }: Reach,
  { clock, budget }: { readonly clock: Clock; readonly budget: Budget },
): Promise<Observed | null> {
  const askedAt = clock.elapsed();
  const capture = new Capture(keepBytes, budget);
  // The body counts as well: nobody else would ever end an answer that drips.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const answer = await upstream.send(request, { timeoutMs, signal: late.signal });
    const durationMs = clock.elapsed() - askedAt;
    await readInto(capture, answer.body, readBytes, late.signal);
    if (capture.givenUp) return null;
    const observation = observationOf(answer, capture, durationMs);
    return { observation, cutOff: capture.length > readBytes, release: () => capture.release() };
  } catch (error) {
    capture.release();
    const failure = late.signal.aborted ? "timeout" : error instanceof UpstreamError ? error.kind : "reset";
    const observation = { kind: "failed", failure, durationMs: clock.elapsed() - askedAt } as const;
    return { observation, cutOff: false, release: () => undefined };
  } finally {
    clearTimeout(timer);
  }
}

/** What was answered, with the body as it was captured. */
export function observationOf(
  { status, headers, executedVersion }: UpstreamResponse,
  capture: Pick<Capture, "body">,
  durationMs: number,
): AnsweredObservation {
  const version = executedVersion ?? null;
  return { kind: "answered", status, headers, body: capture.body(), durationMs, version };
}

function readInto(
  capture: Capture,
  body: Buffer | Readable,
  readBytes: number,
  signal: AbortSignal,
): Promise<void> {
  if (Buffer.isBuffer(body)) {
    capture.add(body);
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const stop = () => void body.destroy(new Error("took too long"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    body.on("data", (chunk: Buffer) => {
      capture.add(chunk);
      if (!capture.givenUp && capture.length <= readBytes) return;
      // Enough to know that it is another answer than any that is compared.
      resolve();
      body.destroy();
    });
    body.once("end", resolve);
    body.once("error", reject);
    body.once("close", () => {
      signal.removeEventListener("abort", stop);
      reject(new Error("broke off"));
    });
  });
}

import type { Clock } from "../clock.ts";
import { wentOverCap, type AnsweredObservation } from "../diff/observation.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { UpstreamResponse } from "../upstreams/upstream.ts";
import type { Budget } from "./budget.ts";
import { Capture } from "./capture.ts";
import type { DropReason } from "./drop-reason.ts";
import { observationOf } from "./observe.ts";

/** A request and its answer, captured while they pass. */
export interface Passing {
  /** Watches the answer on its way to the client. */
  watch(answer: UpstreamResponse): void;
  /** Once the client has its answer: what passed, or why it is not all there. */
  passed(complete: boolean): Promise<Passed | DropReason>;
  /** Lets go of the memory. */
  release(): void;
}

export interface Passed {
  readonly body: Buffer;
  readonly answer: AnsweredObservation;
}

/** Begins to capture a request. `bodyBytes` are kept of its body and of the answer's. */
export function passing(
  request: GatewayRequest,
  bodyBytes: number,
  { clock, budget }: { readonly clock: Pick<Clock, "elapsed">; readonly budget: Budget },
): Passing {
  const askedAt = clock.elapsed();
  const sent = new Capture(bodyBytes, budget);
  const answered = new Capture(bodyBytes, budget);
  let observation: (() => AnsweredObservation) | null = null;
  request.body.copyInto(sent);
  return {
    watch(answer) {
      const durationMs = clock.elapsed() - askedAt;
      if (Buffer.isBuffer(answer.body)) answered.add(answer.body);
      else answer.body.on("data", (chunk: Buffer) => answered.add(chunk));
      observation = () => observationOf(answer, answered, durationMs);
    },
    async passed(complete) {
      if (!complete || observation === null) return "incomplete";
      if (answered.givenUp) return "bytes";
      const body = await bodyOf(request, sent, bodyBytes);
      return typeof body === "string" ? body : { body, answer: observation() };
    },
    release() {
      sent.release();
      answered.release();
    },
  };
}

/** The request's body as it was sent on, or why there is none. */
async function bodyOf(
  { body }: GatewayRequest,
  sent: Capture,
  maxBytes: number,
): Promise<Buffer | DropReason> {
  if (!body.ended) return "body-unread";
  if (body.replayable) return (await body.whole(maxBytes)) ?? "body-too-large";
  if (sent.givenUp) return "bytes";
  const captured = sent.body();
  return wentOverCap(captured) ? "body-too-large" : captured.bytes;
}

import type { GatewayRequest } from "../../gateway/http/request.ts";
import { UpstreamError, type Upstream, type UpstreamResponse } from "../../gateway/upstreams/upstream.ts";

/** All that can be seen of one exchange, to be compared with another. One character a byte. */
export interface Outcome {
  /** Status, reason phrase and fields; or the kind and phase of the failure. */
  readonly head: string | readonly [status: number, reason: string, headers: readonly string[]];
  readonly body: string;
  /** False when the body broke off. */
  readonly whole: boolean;
  readonly trailers: readonly string[];
  readonly interim: readonly (readonly [status: number, headers: readonly string[]])[];
}

/** Sends, and takes in whatever comes of it. Throws when a client fails in another way than an UpstreamError. */
export async function outcomeOf(
  upstream: Upstream,
  request: GatewayRequest,
  timeoutMs = 5_000,
): Promise<Outcome> {
  const interim: [number, readonly string[]][] = [];
  const nothing = { body: "", whole: true, trailers: [], interim };
  try {
    const answer = await upstream.send(request, {
      timeoutMs,
      signal: request.signal,
      onInformational: (status, headers) => interim.push([status, headers]),
    });
    return { ...nothing, ...(await bodyOf(answer)), head: [answer.status, answer.reason, answer.headers] };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { ...nothing, head: `${error.kind} ${error.phase}` };
  }
}

async function bodyOf(answer: UpstreamResponse): Promise<Pick<Outcome, "body" | "whole" | "trailers">> {
  if (Buffer.isBuffer(answer.body)) {
    return { body: answer.body.toString("latin1"), whole: true, trailers: answer.trailers?.() ?? [] };
  }
  let body = "";
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) body += chunk.toString("latin1");
    return { body, whole: true, trailers: answer.trailers?.() ?? [] };
  } catch {
    return { body, whole: false, trailers: [] };
  }
}

import type { Clock } from "../clock.ts";
import { UpstreamError, type Upstream } from "../upstreams/upstream.ts";
import { gatewayRequest } from "./gateway-request.ts";
import { ReplayError } from "./replay-error.ts";

const TIMEOUT_MS = 5_000;

/** Asks for the head of `/`, whatever it may be. Rejects with a ReplayError when nobody is there. */
export async function reach(upstream: Upstream, clock: Clock): Promise<void> {
  const head = { method: "HEAD", target: "/", headers: [], body: Buffer.alloc(0), isWhole: true };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { body } = await upstream.send(gatewayRequest("reach", head, clock)!, {
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (!Buffer.isBuffer(body)) body.destroy();
  } catch (error) {
    // Whoever breaks off or answers nonsense is there.
    if (!(error instanceof UpstreamError) || error.phase !== "not-started") return;
    const message = `cannot reach ${upstream.name} (${error.message}): start it, or say where it is; nothing was sent`;
    throw new ReplayError("cannot-reach", message, { cause: error });
  }
}

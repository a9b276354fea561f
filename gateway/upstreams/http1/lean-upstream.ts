import { systemClock, type Clock } from "../../clock.ts";
import type { HttpUpstream, HttpUpstreamSettings } from "../http-upstream.ts";
import { UpstreamError, type Attempt, type UpstreamResponse } from "../upstream.ts";
import { dialer } from "./dial.ts";
import { Exchange } from "./exchange.ts";
import { Pool, type PoolSettings } from "./pool.ts";
import { requestHead, type Message } from "./request-head.ts";

/** As any upstream, for requests that need not have come from a client. */
export interface LeanUpstream extends HttpUpstream {
  send(request: Message, attempt: Attempt): Promise<UpstreamResponse>;
}

/**
 * A server of HTTP/1.1, such as the monolith, over keep-alive connections of node:net: what node:http's client does for
 * everybody is left out, which takes away half the cost of a request (docs/performance.md). Bodies stream with
 * backpressure in both directions; an answer that came whole is handed on whole.
 */
export function leanUpstream(
  settings: HttpUpstreamSettings & PoolSettings,
  clock: Clock = systemClock,
): LeanUpstream {
  const dial = dialer(settings.url);
  const pool = new Pool(dial, settings, clock);
  return {
    name: settings.name,
    send(request, attempt) {
      try {
        if (attempt.signal.aborted) throw new UpstreamError("client-gone", "the client went away");
        if (!request.body.replayable)
          throw new UpstreamError("rejected", "the request's body is gone already");
        const head = requestHead(request, dial.authority);
        return new Exchange(request, head, attempt, pool, clock).answer;
      } catch (error) {
        // No async function, which would make another promise for each request.
        if (error instanceof UpstreamError) return Promise.reject(error);
        throw error;
      }
    },
    close: () => pool.close(),
  };
}

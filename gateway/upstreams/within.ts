import { Deadline } from "./deadline.ts";
import { UpstreamError } from "./upstream.ts";

/**
 * Runs until it settles, the time is up, or nobody wants it any more; leaves no timer and no listener behind. Does not
 * wait for a callee that is slow to hear the signal: the SDK looks for credentials without listening to it. What was
 * begun can be ended by the controller later, too.
 */
export async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (control: AbortController) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new UpstreamError("client-gone", "the client went away before the call");
  const control = new AbortController();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: UpstreamError) => {
    reject(reason);
    control.abort(reason);
  };
  const onGone = () => giveUp(new UpstreamError("client-gone", "the client went away"));
  const onLate = () => giveUp(new UpstreamError("timeout", `no answer in ${Math.round(timeoutMs)} ms`));
  const timer = timeoutMs === Number.POSITIVE_INFINITY ? null : new Deadline(timeoutMs, onLate);
  signal.addEventListener("abort", onGone);
  try {
    return await Promise.race([givenUp, run(control)]);
  } finally {
    timer?.clear();
    signal.removeEventListener("abort", onGone);
  }
}

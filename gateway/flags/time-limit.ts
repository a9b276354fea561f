/** The work's result; rejects when it takes longer, or with the signal's reason when that stops it. Leaves no timer. */
export async function limited<T>(
  limitMs: number,
  stopping: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${limitMs} ms`)), limitMs);
  const signal = AbortSignal.any([stopping, late.signal]);
  const stopped = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => stopped.reject(signal.reason), { once: true });
  try {
    signal.throwIfAborted();
    // Not everything below the work looks at the signal: finding credentials, for one.
    return await Promise.race([(async () => work(signal))(), stopped.promise]);
  } finally {
    clearTimeout(timer);
  }
}

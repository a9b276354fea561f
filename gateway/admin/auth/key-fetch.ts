import type { Clock } from "../../clock.ts";
import { keysUnavailable } from "./access-refused.ts";

export interface KeyFetchSettings {
  readonly clock: Pick<Clock, "elapsed">;
  readonly timeoutMs?: number;
}

/** A text from a key server. Rejects with an AccessRefused (503). */
export type KeyFetch = (url: string) => Promise<string>;

const TIMEOUT_MS = 3000;
const MAX_BYTES = 256 * 1024;
/** So long nobody asks again after a failure: who waits to get in must not become a flood there. */
const PAUSE_MS = 1000;

/** Asks key servers: within a time and a size, never where a redirect points, and not at once again after a failure. */
export function keyFetch({ clock, timeoutMs = TIMEOUT_MS }: KeyFetchSettings): KeyFetch {
  const failures = new Map<string, { readonly at: number; readonly why: string }>();
  return async (url) => {
    const { origin } = new URL(url);
    const last = failures.get(origin);
    if (last !== undefined && clock.elapsed() - last.at < PAUSE_MS) throw keysUnavailable(last.why);
    try {
      const text = await textOf(url, timeoutMs);
      failures.delete(origin);
      return text;
    } catch (error) {
      const why = `the keys of ${origin} cannot be fetched (${reasonOf(error)})`;
      failures.set(origin, { at: clock.elapsed(), why });
      throw keysUnavailable(why);
    }
  };
}

async function textOf(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (response.status !== 200 || body === null) {
    await response.body?.cancel();
    throw new Error(`it answers ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error("it answers far too much");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it takes too long";
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}

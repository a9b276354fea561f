import type { Asking } from "../../gateway/flags/decide.ts";
import { aRequest } from "./requests.ts";

/** Somebody with this sticky key, or with none. */
export function asking(key: string | null, more: Partial<Asking> = {}): Asking {
  const request = aRequest();
  return { key, request, params: {}, now: request.receivedAt, ...more };
}

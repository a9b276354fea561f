import type { UpstreamResponse } from "../upstreams/upstream.ts";
import { allValues, without } from "./headers.ts";

const CACHE_CONTROL = new Set(["cache-control"]);
const SHARED = /^(?:public|s-maxage(?:=.*)?)$/i;
const KEPT_FROM_SHARED = /^(?:private|no-store)$/i;

/**
 * The answer with a cookie for its client alone. A shared cache may store an answer that sets a cookie (RFC 9111 §7.3)
 * and would hand one client's key to all others, so the answer becomes `private`.
 */
export function withCookie(answer: UpstreamResponse, cookie: string): UpstreamResponse {
  const directives = allValues(answer.headers, "cache-control")
    .flatMap((value) => value.split(","))
    .map((directive) => directive.trim())
    .filter((directive) => directive !== "" && !SHARED.test(directive));
  if (!directives.some((directive) => KEPT_FROM_SHARED.test(directive))) directives.push("private");
  const headers = without(answer.headers, CACHE_CONTROL);
  return { ...answer, headers: [...headers, "Cache-Control", directives.join(", "), "Set-Cookie", cookie] };
}

import { RequestBody } from "../http/body.ts";
import { without, type HeaderList } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";
import { SHADOW_FIELD, type CopyKind } from "../http/shadow-field.ts";

/** The request as the other side gets it: whole, marked, and independent of its client. */
export function copyOf(
  request: GatewayRequest,
  body: Buffer,
  kind: CopyKind,
  { leaveOut, signal }: { readonly leaveOut: readonly string[]; readonly signal: AbortSignal },
): GatewayRequest {
  // Named one by one: whatever else hangs on a request that is still being answered stays with it.
  const { id, method, target, httpVersion, host, client, trace, receivedAt, startedAt } = request;
  const headers = [...fieldsWithout(request.headers, leaveOut), SHADOW_FIELD, kind];
  const copied = { id, method, target, httpVersion, host, client, trace, receivedAt, startedAt };
  return { ...copied, copy: kind, headers, body: RequestBody.of(body), signal };
}

/** Trailers are not copied, so none are announced. */
function fieldsWithout(headers: HeaderList, names: readonly string[]): string[] {
  return without(headers, new Set([...names, "trailer", SHADOW_FIELD]));
}

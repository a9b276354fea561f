import { RequestBody } from "../../http/body.ts";
import { allValues, type HeaderList } from "../../http/headers.ts";
import type { GatewayRequest } from "../../http/request.ts";
import type { Target } from "../../http/target.ts";
import type { Authenticator } from "./authenticator.ts";

/** Where a function answers. */
export interface Address {
  /** Host and port, as Host says it. */
  readonly host: string;
  /** Put before the client's target; without a trailing slash. */
  readonly pathPrefix: string;
  /** True when the function sees the Host that the client addressed. */
  readonly preserveHost: boolean;
}

/** What a client's Authorization is called where the gateway's own takes its place. */
const RENAMED = "X-Forwarded-Authorization";

/**
 * The request as it goes to the function, but for its proof. The target's bytes are the client's; what only the
 * gateway may write is gone from the header. `whole` is the body where it was read, else null.
 */
export function addressed(
  request: GatewayRequest,
  address: Address,
  authenticator: Authenticator,
  whole: Buffer | null,
): GatewayRequest {
  const host = address.preserveHost && request.host !== "" ? request.host : address.host;
  const headers = ["Host", host, ...permitted(request.headers, authenticator)];
  const target = prefixed(request.target, address.pathPrefix);
  if (whole === null) return { ...request, target, host, headers };
  const framed = without(headers, (name) => REFRAMED.has(name));
  if (whole.length > 0) framed.push("Content-Length", String(whole.length));
  return { ...request, target, host, headers: framed, body: RequestBody.of(whole) };
}

/** What was about the client's way of sending a body that is here already. */
const REFRAMED = new Set(["content-length", "expect", "trailer"]);

/** The client's fields without Host and without those of the gateway's proof. */
function permitted(headers: HeaderList, { owns }: Authenticator): string[] {
  const renames = owns("authorization");
  const kept = without(headers, (name) => {
    // `x_functions_key` becomes `x-functions-key` in CGI-style servers.
    const field = name.replaceAll("_", "-");
    if (renames && field === RENAMED.toLowerCase()) return true;
    // Google takes it in place of Authorization, on every service.
    return field === "host" || field === "x-serverless-authorization" || owns(field);
  });
  if (!renames) return kept;
  for (const value of allValues(headers, "authorization")) kept.push(RENAMED, value);
  return kept;
}

function prefixed({ raw, path, query }: Target, prefix: string): Target {
  return raw === "*" ? { raw, path, query } : { raw: prefix + raw, path: prefix + path, query };
}

/** The list without the fields that are refused; names are given in lower case. */
function without(headers: HeaderList, refused: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (!refused(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!);
  }
  return kept;
}

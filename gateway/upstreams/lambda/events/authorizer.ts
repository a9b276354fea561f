import { allValues } from "../../../http/headers.ts";
import type { GatewayRequest } from "../../../http/request.ts";
import type { Authorizer } from "../../../routes/function-target.ts";

/** What an authorizer found out about the client, as texts. */
export interface Authorized {
  readonly context: Readonly<Record<string, string>>;
  /** Null when nobody vouches for any. */
  readonly claims: Readonly<Record<string, string>> | null;
}

/**
 * Claims are believed from a trusted proxy alone, which has verified them and removes the field from what clients send.
 * The gateway itself verifies nothing: it passes on what would have been passed on without it.
 */
export function authorizedBy(
  { context, claimsHeader }: Authorizer,
  { headers, client }: GatewayRequest,
): Authorized {
  if (claimsHeader === null || !client.viaTrustedProxy) return { context, claims: null };
  const values = allValues(headers, claimsHeader);
  // Two fields of that name: one of them is not the proxy's.
  return { context, claims: values.length === 1 ? claimsIn(values[0]!) : null };
}

/** The payload of a JWT (RFC 7519 §3), or a JSON object as it is; null for anything else. */
function claimsIn(value: string): Record<string, string> | null {
  const [, payload] = /^[\w-]+=*\.([\w-]+)=*\.[\w-]*=*$/.exec(value) ?? [];
  const text = payload === undefined ? Buffer.from(value, "latin1") : Buffer.from(payload, "base64url");
  try {
    const claims = JSON.parse(text.toString("utf8")) as unknown;
    if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return null;
    return Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, claimText(claim)]));
  } catch {
    return null;
  }
}

/** As API Gateway spells them: lists as `[a b]`, all else as text. */
function claimText(claim: unknown): string {
  if (typeof claim === "string") return claim;
  if (Array.isArray(claim)) return `[${claim.map((item: unknown) => claimText(item)).join(" ")}]`;
  return JSON.stringify(claim);
}

import { createPublicKey, type KeyObject } from "node:crypto";
import { decodeProtectedHeader } from "jose";
import { z } from "zod";
import type { AlbOidcConfig } from "../../config/operators-schema.ts";
import { keysUnavailable, proofRefused } from "./access-refused.ts";
import { identityIn } from "./claims.ts";
import type { KeyFetch } from "./key-fetch.ts";
import type { JwtCheck } from "./oidc.ts";
import { verifiedClaims } from "./verified-jwt.ts";

/** Keys are few and never change: a new one has a new id. */
const MAX_KEYS = 20;

/** What the header of such a JWT says; the end is there, not in the payload as elsewhere. */
const albHeader = z.object({
  alg: z.literal("ES256"),
  kid: z.string().regex(/^[0-9a-zA-Z-]{1,64}$/),
  signer: z.string(),
  iss: z.string(),
  client: z.string(),
  exp: z.number(),
});

/**
 * Checks what an application load balancer says in `x-amzn-oidc-data`, a JWT whose parts are padded, which jose takes.
 * Anybody's load balancer signs with keys from the same place, so the signer must be the one that is configured, as must
 * be issuer and client: another rule of the same load balancer may let in customers.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
export function albCheck(config: AlbOidcConfig, fetchText: KeyFetch): JwtCheck {
  const keys = new Map<string, KeyObject>();
  const keyOf = async (kid: string): Promise<KeyObject> => {
    const known = keys.get(kid);
    if (known !== undefined) return known;
    const key = publicKey(await fetchText(`${keyPlace(config)}/${kid}`));
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!);
    keys.set(kid, key);
    return key;
  };
  return async (jwt, now) => {
    const header = headerOf(jwt);
    const { signer, issuer, client } = config;
    if (header?.signer !== signer || header.iss !== issuer || header.client !== client) {
      throw proofRefused("This is not from the load balancer that is configured.");
    }
    const claims = await verifiedClaims(jwt, () => keyOf(header.kid), now, { algorithms: ["ES256"] });
    if (header.exp * 1000 <= now) throw proofRefused("What the load balancer says has expired.");
    return identityIn({ ...claims, exp: header.exp }, config, "alb");
  };
}

/** Null for what is none. */
function headerOf(jwt: string): z.infer<typeof albHeader> | null {
  try {
    return albHeader.safeParse(decodeProtectedHeader(jwt)).data ?? null;
  } catch {
    return null;
  }
}

function keyPlace({ publicKeyUrl, signer }: AlbOidcConfig): string {
  const region = signer.split(":")[3]!;
  return publicKeyUrl?.replace(/\/$/, "") ?? `https://public-keys.auth.elb.${region}.amazonaws.com`;
}

function publicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw keysUnavailable("what the load balancer's key server answers is no key");
  }
}

import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import type { OidcConfig } from "../../config/operators-schema.ts";
import { keysUnavailable } from "./access-refused.ts";
import { identityIn } from "./claims.ts";
import type { Identity } from "./identity.ts";
import type { KeyFetch } from "./key-fetch.ts";
import { verifiedClaims } from "./verified-jwt.ts";

/** All that OpenID providers sign with; symmetric ones are none of these. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

/** Says who a JWT proves somebody to be. Rejects with an AccessRefused. */
export type JwtCheck = (jwt: string, now: number) => Promise<Identity>;

/**
 * Checks tokens of an OpenID Connect provider. Its keys are kept for ten minutes, and asked for again when a token names
 * one that is not known, at most twice a minute.
 */
export function oidcCheck(config: OidcConfig, fetchText: KeyFetch): JwtCheck {
  let keys: JWTVerifyGetKey | null = null;
  const keysOf = async () => {
    keys ??= remoteKeys(config.jwksUrl ?? (await discoveredKeysUrl(config.issuer, fetchText)), fetchText);
    return keys;
  };
  return async (jwt, now) => {
    const { issuer, audience } = config;
    const requiredClaims = ["exp"];
    const options = { issuer, audience, requiredClaims, algorithms: ALGORITHMS };
    const claims = await verifiedClaims(jwt, async (...asked) => (await keysOf())(...asked), now, options);
    return identityIn(claims, config, "oidc");
  };
}

function remoteKeys(url: string, fetchText: KeyFetch): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    [customFetch]: async (address) => {
      const text = await fetchText(address);
      // jose would call a broken set the token's fault.
      if (jwks.safeParse(parsed(text)).success) return new Response(text);
      throw keysUnavailable(`${new URL(address).origin} answers with no set of keys`);
    },
  });
}

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** OpenID Connect Discovery 1.0 §4: the document must be of the very issuer that it was asked of. */
async function discoveredKeysUrl(issuer: string, fetchText: KeyFetch): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { data } = discovery.safeParse(parsed(await fetchText(url)));
  if (data?.issuer === issuer) return data.jwks_uri;
  throw keysUnavailable(`${url} is no discovery document of ${issuer}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

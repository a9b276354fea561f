import type { Clock } from "../../clock.ts";
import { needsNoProof, type OperatorsConfig } from "../../config/operators-schema.ts";
import { isLoopback } from "../loopback.ts";
import { AccessRefused, notFromHere, proofMissing, proofRefused, tooManyAttempts } from "./access-refused.ts";
import type { Attempts } from "./attempts.ts";
import { LOCAL, type Identity } from "./identity.ts";
import type { KeyFetch } from "./key-fetch.ts";
import type { JwtCheck } from "./oidc.ts";
import { bearerOf } from "./tokens.ts";

/** The field in which an application load balancer says whom it has authenticated. */
export const ALB_FIELD = "x-amzn-oidc-data";

/** What a request brings along of whoever sent it. */
export interface Proofs {
  /** Address of the peer, as a plain IP address. */
  readonly peer: string;
  /** The field Authorization. */
  readonly authorization: string | undefined;
  /** The field `ALB_FIELD`. */
  readonly albData: string | undefined;
}

/** Says who asks. Rejects with an AccessRefused. */
export type Authenticate = (proofs: Proofs) => Promise<Identity>;

/** What outlives a change of the configuration. */
export interface AuthenticationParts {
  readonly clock: Pick<Clock, "now">;
  readonly tried: Attempts;
  readonly fetchText: KeyFetch;
}

/** Who asks, by the proofs that are configured. What cannot be checked is never let in. */
export function authentication(
  config: OperatorsConfig,
  { clock, tried, fetchText }: AuthenticationParts,
): Authenticate {
  if (needsNoProof(config)) return whoeverIsHere;
  const { oidc: oidcConfig, albOidc } = config;
  // What verifies JWTs is loaded by the first one, where they are configured at all.
  const oidc = oidcConfig && loaded(async () => (await import("./oidc.ts")).oidcCheck(oidcConfig, fetchText));
  const alb = albOidc && loaded(async () => (await import("./alb.ts")).albCheck(albOidc, fetchText));

  const bearer = async (authorization: string): Promise<Identity> => {
    const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    if (secret === undefined) throw proofRefused("Authorization is taken as `Bearer TOKEN` only.");
    const known = bearerOf(config.tokens, secret, clock.now());
    if (known !== null) return known;
    if (oidc !== undefined && secret.split(".").length === 3) return oidc(secret, clock.now());
    throw proofRefused("This token is nobody's, or not any more.");
  };

  return async ({ peer, authorization, albData }) => {
    if (authorization !== undefined) return counted(tried, peer, authorization, bearer);
    // What a load balancer says cannot be guessed, and all of it comes from one address: it is not counted.
    if (albData !== undefined && alb !== undefined) return alb(albData, clock.now());
    throw proofMissing();
  };
}

function loaded(load: () => Promise<JwtCheck>): JwtCheck {
  let check: Promise<JwtCheck> | undefined;
  return async (jwt, now) => (await (check ??= load()))(jwt, now);
}

async function whoeverIsHere({ peer }: Proofs): Promise<Identity> {
  if (isLoopback(peer)) return LOCAL;
  throw notFromHere();
}

async function counted(
  tried: Attempts,
  peer: string,
  proof: string,
  check: (proof: string) => Promise<Identity>,
): Promise<Identity> {
  const waitS = tried.waitS(peer, proof);
  if (waitS > 0) throw tooManyAttempts(waitS);
  try {
    const identity = await check(proof);
    tried.right(proof);
    return identity;
  } catch (error) {
    if (error instanceof AccessRefused && error.problem.status === 401) tried.wrong(peer);
    throw error;
  }
}

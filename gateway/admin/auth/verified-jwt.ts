import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { AccessRefused, proofRefused } from "./access-refused.ts";

/**
 * The claims of a JWT whose signature and times are right. Only the algorithms that are named count, which are never
 * `none` and never symmetric. Rejects with an AccessRefused.
 */
export async function verifiedClaims(
  jwt: string,
  key: JWTVerifyGetKey,
  now: number,
  options: JWTVerifyOptions & { readonly algorithms: string[] },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(jwt, key, {
      ...options,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    return payload;
  } catch (error) {
    if (error instanceof AccessRefused) throw error;
    if (error instanceof errors.JWTExpired) throw proofRefused("This token has expired.");
    if (error instanceof errors.JWTClaimValidationFailed) {
      throw proofRefused(`The claim ${error.claim} of this token is not what it must be.`);
    }
    if (error instanceof errors.JOSEError) throw proofRefused("This token proves nothing.");
    throw error;
  }
}

/** Clocks differ a little. */
const CLOCK_TOLERANCE_S = 30;

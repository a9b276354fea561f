import type { OidcConfig } from "../../config/operators-schema.ts";
import { isRecord } from "../../config/record.ts";
import { proofRefused, roleMissing } from "./access-refused.ts";
import type { Identity } from "./identity.ts";
import { ROLES } from "./role.ts";

type Claims = Readonly<Record<string, unknown>>;
export type ClaimSettings = Pick<OidcConfig, "rolesClaim" | "roles" | "nameClaim">;

const MAX_NAME_LENGTH = 200;

/** Who verified claims speak of. Throws an AccessRefused for somebody who has no name, or no role here. */
export function identityIn(
  claims: Claims,
  { rolesClaim, roles, nameClaim }: ClaimSettings,
  proof: Identity["proof"],
): Identity {
  const name = [claimIn(claims, nameClaim), claims["sub"]].find(isName);
  if (name === undefined) throw proofRefused("This token does not say whose it is.");
  const values = new Set([claimIn(claims, rolesClaim)].flat());
  const role = ROLES.findLast((candidate) => roles[candidate].some((value) => values.has(value)));
  if (role === undefined) throw roleMissing(name, null, ROLES[0]);
  const { exp } = claims;
  return { name, role, proof, untilMs: typeof exp === "number" ? exp * 1000 : null };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= MAX_NAME_LENGTH;
}

/** A claim by its name, which may have dots in it (as URLs have), or by its path. */
function claimIn(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

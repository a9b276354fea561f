import { createHash, timingSafeEqual } from "node:crypto";
import type { TokenConfig } from "../../config/operators-schema.ts";
import type { Identity } from "./identity.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Whose token this is; null when it is nobody's, or not any more. Every hash is compared, each in constant time, so that
 * the time that it takes tells nothing of them.
 */
export function bearerOf(tokens: readonly TokenConfig[], secret: string, now: number): Identity | null {
  const hash = createHash("sha256").update(secret).digest();
  let found: Identity | null = null;
  for (const { name, sha256, role, until } of tokens) {
    const untilMs = until === undefined ? null : Date.parse(`${until}T00:00:00Z`) + DAY_MS;
    const same = timingSafeEqual(hash, Buffer.from(sha256, "hex"));
    if (same && (untilMs === null || now < untilMs)) found = { name, role, proof: "token", untilMs };
  }
  return found;
}

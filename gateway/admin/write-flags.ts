import type { FlagChange, FlipResult } from "../flags/writer.ts";
import type { AdminParts } from "./admin-parts.ts";
import { Refusal, type RefusalKind } from "./refusal.ts";

/** Who asks for a change and why, and what it was decided on. */
export interface Signed {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  readonly expectVersion?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export function signatureOf({ by = "somebody", reason = "no reason given" }: Signed): {
  by: string;
  reason: string;
} {
  return { by, reason };
}

const REFUSED: Readonly<Record<Extract<FlipResult, { made: false }>["why"], RefusalKind>> = {
  conflict: "conflict",
  invalid: "invalid-flags",
  busy: "busy",
  failed: "failed",
};

/** Writes one change, on one version of the flags unless that does not matter. Rejects with a Refusal. */
export async function write(
  { writer, telemetry }: AdminParts,
  change: FlagChange,
  expectVersion: string | undefined,
  inWords: string,
): Promise<{ version: string; previousVersion: string }> {
  const result = await writer.apply(expectVersion === undefined ? change : { ...change, expectVersion });
  telemetry.flipped({ by: change.by, change: inWords, reason: change.reason, made: result.made });
  if (result.made) return { version: result.version, previousVersion: result.previousVersion };
  throw new Refusal(REFUSED[result.why], result.message, "banyan status");
}

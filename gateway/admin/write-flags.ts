import { AuditError, type AuditAction, type AuditedMove } from "../audit/audit-log.ts";
import { audited, flipOutcome } from "../audit/audited.ts";
import type { FlagChange, FlipResult } from "../flags/writer.ts";
import type { AdminParts } from "./admin-parts.ts";
import { Refusal, type RefusalKind } from "./refusal.ts";
import { rungText } from "./rung-text.ts";

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
  "not-written": "not-written",
  failed: "failed",
};

/** What to do about it, where it is something else than to look again. */
const NEXT: Readonly<Partial<Record<keyof typeof REFUSED, string>>> = {
  invalid: "mend the flags; banyan doctor checks them",
  "not-written":
    "give the gateway's user write access to that folder, or make room on the disk; banyan kill goes without",
};

/** What a change is, for the audit log. */
export interface Wanted {
  readonly action: AuditAction;
  readonly moves: readonly AuditedMove[];
  /** True when guards were to be overridden. */
  readonly forced?: boolean | undefined;
}

/**
 * Writes one change, on one version of the flags unless that does not matter. It is in the audit log before it is made;
 * what cannot be logged is not made, but for the emergency stop. Rejects with a Refusal.
 */
export async function write(
  parts: AdminParts,
  change: FlagChange,
  expectVersion: string | undefined,
  { action, moves, forced }: Wanted,
): Promise<{ version: string; previousVersion: string; notes: string[] }> {
  const { writer, telemetry, audit, via } = parts;
  const flagVersion = expectVersion ?? parts.flags.current().version;
  const intent = { by: change.by, via, action, forced, moves, flagVersion, reason: change.reason };
  const made = () => writer.apply(expectVersion === undefined ? change : { ...change, expectVersion });
  const { result, problem } = await audited(audit, intent, made, flipOutcome).catch(
    async (error: unknown) => {
      if (!(error instanceof AuditError)) throw error;
      // A full disk must not keep anybody from stopping what does harm.
      if (action === "kill") {
        return {
          result: await made(),
          problem: `this is not in the audit log, which cannot be written: ${error.message}`,
        };
      }
      const message = `nothing was changed, because the audit log cannot be written: ${error.message}`;
      throw new Refusal("not-audited", message, "banyan audit verify, or banyan kill, which goes without");
    },
  );
  telemetry.flipped({
    by: change.by,
    change: inWords(action, moves),
    reason: change.reason,
    made: result.made,
  });
  if (!result.made)
    throw new Refusal(REFUSED[result.why], result.message, NEXT[result.why] ?? "banyan status");
  const { version, previousVersion, notes = [] } = result;
  return { version, previousVersion, notes: problem === null ? [...notes] : [...notes, problem] };
}

function inWords(action: AuditAction, moves: readonly AuditedMove[]): string {
  const told = moves.map(({ route, from, to }) => {
    const rungs = from === null || to === null ? action : `${rungText(from)} → ${rungText(to)}`;
    return `${route ?? "everything"}: ${rungs}`;
  });
  return told.join(", ");
}

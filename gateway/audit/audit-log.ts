import type { Rung } from "../flags/transitions.ts";

export const AUDIT_ACTIONS = ["flip", "promote", "rollback", "pause", "resume", "kill", "kill-off"] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_CHANNELS = ["cli", "api", "signal", "file"] as const;

/** How a name was proven: by a token, an OpenID provider's JWT or a load balancer; `local` is no proof but to be here. */
export const PROOFS = ["token", "oidc", "alb", "local"] as const;
export type Proof = (typeof PROOFS)[number];

/** One route's part of a change. */
export interface AuditedMove {
  /** Null for everything. */
  readonly route: string | null;
  /** Null when it is not known, or when no rung changes. */
  readonly from: Rung | null;
  readonly to: Rung | null;
}

/** What somebody is about to change. */
export interface AuditIntent {
  /** Who asks: proven where the operator's side asks for proof, else as claimed. */
  readonly by: string;
  /** How it came here, and from which address when it came from another machine. */
  readonly via: {
    readonly channel: (typeof AUDIT_CHANNELS)[number];
    readonly remote: string | null;
    /** How `by` was proven; absent where nobody could be asked. */
    readonly proof?: Proof | undefined;
  };
  /** True when guards were to be overridden. */
  readonly forced?: boolean | undefined;
  readonly action: AuditAction;
  readonly moves: readonly AuditedMove[];
  /** The version of the flags that it was decided on. */
  readonly flagVersion: string;
  readonly reason: string;
  /** What spoke for it: anything that JSON can say. More than 16 KiB of it is kept as size and hash only. */
  readonly evidence?: unknown;
}

/**
 * How a change ended:
 * - `made`: the flags are at a new version;
 * - `refused`: somebody said no, and nothing was changed;
 * - `failed`: it went wrong, and the message says whether anything was changed.
 */
export type AuditOutcome =
  | { readonly kind: "made"; readonly flagVersion: string; readonly notes: readonly string[] }
  | { readonly kind: "refused" | "failed"; readonly message: string };

/** Something that changed, or was rejected, and that nobody asked this gateway for. */
export interface Observation {
  /** `flags`: a version of the flags; `stop`: this gateway's own kill file. */
  readonly what: "flags" | "stop";
  /** Where it came from, such as a path or an AppConfig profile. */
  readonly source: string;
  /** What was in use before; null for whatever the log knew last. */
  readonly from: string | null;
  /** What is in use now; null when it was rejected. */
  readonly to: string | null;
  readonly moves: readonly AuditedMove[];
  /** Why it was rejected; null when it is in use. */
  readonly problem: string | null;
}

/** Proof that a record is on the disk. Whoever keeps `hash` elsewhere can tell later that nothing up to it was changed. */
export interface AuditReceipt {
  /** Joins what was intended with how it ended. */
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
}

/**
 * Who changed what, when and why, in an order that nobody can change unseen. A change is two records: what is intended,
 * on the disk before anything is changed, and how it ended. An intention without an end tells of a process that went
 * away in between.
 */
export interface AuditLog {
  /** Resolves when the intention is on the disk. Rejects with an AuditError; then nothing may be changed. */
  begin(intent: AuditIntent): Promise<AuditReceipt>;
  /** Says how the change of that id ended. Rejects with an AuditError. */
  end(id: string, outcome: AuditOutcome): Promise<AuditReceipt>;
  /**
   * Null when the log knows this already: the version because a change or another gateway made it so, the problem
   * because it was told. Rejects with an AuditError.
   */
  observed(observation: Observation): Promise<AuditReceipt | null>;
}

/** The log could not be written or read; the message says what to do. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

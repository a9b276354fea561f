import type { Proof } from "../../audit/audit-log.ts";
import type { Role } from "./role.ts";

/** Who asks, proven. */
export interface Identity {
  /** For the audit log; null for whoever is on this machine, who may call themselves what they like. */
  readonly name: string | null;
  readonly role: Role;
  /** By what. */
  readonly proof: Proof;
  /** Wall-clock milliseconds when the proof ends; null for never. */
  readonly untilMs: number | null;
}

/** Whoever is on this machine, where no proof is asked for. */
export const LOCAL: Identity = { name: null, role: "admin", proof: "local", untilMs: null };

import type { Role } from "./role.ts";

/** Who asks, proven. */
export interface Identity {
  /** For the audit log; null for whoever is on this machine, who may call themselves what they like. */
  readonly name: string | null;
  readonly role: Role;
  /** Wall-clock milliseconds when the proof ends; null for never. */
  readonly untilMs: number | null;
}

/** Whoever is on this machine, where no proof is asked for. */
export const LOCAL: Identity = { name: null, role: "admin", untilMs: null };

/** What an operator may do. Each role may do what those before it may. */
export const ROLES = [
  /** Look at everything. */
  "viewer",
  /** Move routes as far as the guards allow: flip, promote, roll back, pause, kill. */
  "operator",
  /** Override the guards. */
  "admin",
] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role is enough for what is needed. */
export function suffices(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import type { Rung } from "../../gateway/flags/transitions.ts";
import { store } from "../store.ts";

/** A flip that somebody thinks about. */
export interface FlipWish {
  readonly route: RouteStatus;
  /** Where it should go; null for the rung above. */
  readonly to: Rung | null;
}

/** Null while nobody does. */
export const flipWish = store<FlipWish | null>(null);

export function openFlip(route: RouteStatus, to: Rung | null = null): void {
  flipWish.set({ route, to });
}

/** True while somebody is asked whether to stop everything. */
export const killWish = store(false);

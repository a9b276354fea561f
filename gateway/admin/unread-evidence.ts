import { StoreError } from "../store/evidence-store.ts";
import { Refusal } from "./refusal.ts";

/** Why evidence could not be read, for the one who asked; what is no failure of the store comes back as it is. */
export function unreadEvidence(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const message = `the evidence cannot be read: ${error.message}`;
  return error.mayPass
    ? new Refusal("not-ready", message, "ask again in a second")
    : new Refusal("failed", message);
}

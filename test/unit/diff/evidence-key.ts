import type { EvidenceKey } from "../../../gateway/store/evidence-store.ts";

/** A key, for what needs one and does not care. */
export function evidenceKey(): EvidenceKey {
  const unknown = { functionVersion: "", legacyBuild: "", rulesDigest: "", environment: "" };
  return { routeId: "orders", candidate: "function", ...unknown };
}

import { StoreError, type EvidenceStore } from "../store/evidence-store.ts";
import type { PrimaryLink } from "./primary-link.ts";

/** The store of a worker: the primary's, which alone has the file open. What is sent twice counts once there. */
export function sentEvidence({ ask }: Pick<PrimaryLink, "ask">): EvidenceStore {
  const elsewhere = () =>
    Promise.reject(new StoreError("a worker writes evidence, and the primary reads it"));
  return {
    start: () => Promise.resolve(),
    append: (batch) => ask((number) => ({ say: "evidence", number, batch })),
    summaries: elsewhere,
    samples: elsewhere,
    forget: () => Promise.resolve({ hours: 0, samples: 0 }),
    close: () => Promise.resolve(),
  };
}

import { StoreError, type EvidenceStore } from "../store/evidence-store.ts";
import type { Member } from "./member.ts";
import type { FromWorker } from "./messages.ts";

/** Writes what a worker has found, and tells it what became of it: what may pass, it sends again. */
export async function writeEvidence(
  { number, batch }: Extract<FromWorker, { say: "evidence" }>,
  from: Pick<Member, "tell">,
  store: Pick<EvidenceStore, "append">,
): Promise<void> {
  try {
    await store.append(batch);
    from.tell({ do: "go-on", number, problem: null });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const mayPass = error instanceof StoreError && error.mayPass;
    from.tell({ do: "go-on", number, problem: { message, mayPass } });
  }
}

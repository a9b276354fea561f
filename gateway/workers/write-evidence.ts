import { StoreError, type EvidenceStore } from "../store/evidence-store.ts";
import type { Tallies } from "../telemetry/tallies.ts";
import type { Member } from "./member.ts";
import type { FromWorker } from "./messages.ts";

/** Writes what a worker has found, and tells it what became of it: what may pass, it sends again. */
export async function writeEvidence(
  { number, batch }: Extract<FromWorker, { say: "evidence" }>,
  from: Pick<Member, "tell">,
  store: Pick<EvidenceStore, "append">,
  tallies: Pick<Tallies, "storeUp">,
): Promise<void> {
  try {
    await store.append(batch);
    tallies.storeUp = true;
    from.tell({ do: "go-on", number, problem: null });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const mayPass = error instanceof StoreError && error.mayPass;
    tallies.storeUp = false;
    from.tell({ do: "go-on", number, problem: { message, mayPass } });
  }
}

import type { EdgeCase, Topic } from "./edge-case.ts";
import { runCase, type Lane, type Verdict } from "./run-case.ts";

/** A case and how it went. */
export interface Ran extends Verdict {
  readonly topic: string;
  readonly edgeCase: EdgeCase;
}

/** Runs every case, and once more when it fails; each lane takes the next one as soon as it is free. In the order of the corpus. */
export async function runAll(topics: readonly Topic[], lanes: readonly Lane[]): Promise<Ran[]> {
  const all = topics.flatMap(({ topic, cases }) => cases.map((edgeCase) => ({ topic, edgeCase })));
  const ran: Ran[] = [];
  let next = 0;
  const work = async (lane: Lane) => {
    while (next < all.length) {
      const index = next;
      next += 1;
      const { edgeCase } = all[index]!;
      let verdict = await runCase(edgeCase, lane);
      // On a machine with too much to do, a limit may strike before its time. What is wrong is wrong again.
      if (verdict.failures.length > 0) verdict = await runCase(edgeCase, lane);
      ran[index] = { ...all[index]!, ...verdict };
    }
  };
  await Promise.all(lanes.map(work));
  return ran;
}

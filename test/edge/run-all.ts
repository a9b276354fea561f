import type { EdgeCase, Topic } from "./edge-case.ts";
import { runCase, type Lane, type Verdict } from "./run-case.ts";

/** A case and how it went. */
export interface Ran extends Verdict {
  readonly topic: string;
  readonly edgeCase: EdgeCase;
}

/** Runs every case once; each lane takes the next one as soon as it is free. In the order of the corpus. */
export async function runAll(topics: readonly Topic[], lanes: readonly Lane[]): Promise<Ran[]> {
  const all = topics.flatMap(({ topic, cases }) => cases.map((edgeCase) => ({ topic, edgeCase })));
  const ran: Ran[] = [];
  let next = 0;
  const work = async (lane: Lane) => {
    while (next < all.length) {
      const index = next;
      next += 1;
      ran[index] = { ...all[index]!, ...(await runCase(all[index]!.edgeCase, lane)) };
    }
  };
  await Promise.all(lanes.map(work));
  return ran;
}

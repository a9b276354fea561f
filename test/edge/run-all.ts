import type { EdgeCase, Topic } from "./edge-case.ts";
import { runCase, type Lane, type Verdict } from "./run-case.ts";

/** A case and how it went. */
export interface Ran extends Verdict {
  readonly topic: string;
  readonly edgeCase: EdgeCase;
}

/**
 * Runs every case, up to so many times until it passes: on a machine with too much to do, a limit may strike before its time, and
 * what is wrong is wrong again. Each lane takes the next one as soon as it is free. In the order of the corpus.
 */
export async function runAll(
  topics: readonly Topic[],
  lanes: readonly Lane[],
  tries: number,
): Promise<Ran[]> {
  const all = topics.flatMap(({ topic, cases }) => cases.map((edgeCase) => ({ topic, edgeCase })));
  const ran: Ran[] = [];
  let next = 0;
  const work = async (lane: Lane) => {
    while (next < all.length) {
      const index = next;
      next += 1;
      const { edgeCase } = all[index]!;
      let verdict = await runCase(edgeCase, lane);
      for (let again = 1; again < tries && verdict.failures.length > 0; again += 1)
        verdict = await runCase(edgeCase, lane);
      ran[index] = { ...all[index]!, ...verdict };
    }
  };
  await Promise.all(lanes.map(work));
  return ran;
}

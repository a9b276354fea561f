import { z } from "zod";

/** Examples of one group as they are stored: when each was seen, what the primary had and what the candidate had. */
const storedExamples = z.array(z.tuple([z.number(), z.string().nullable(), z.string().nullable()]));
export type StoredExample = z.infer<typeof storedExamples>[number];

/** Examples that are kept of each group. */
const MOST_EXAMPLES = 5;

/** Both lists as one: newest first, no two alike, five at most. Takes and gives JSON. */
export function mergedExamples(one: string, other: string): string {
  const newest = new Map<string, StoredExample>();
  for (const example of [...parsedExamples(one), ...parsedExamples(other)]) {
    const [at, ...shown] = example;
    const id = JSON.stringify(shown);
    if (at > (newest.get(id)?.[0] ?? Number.NEGATIVE_INFINITY)) newest.set(id, example);
  }
  return JSON.stringify([...newest.values()].toSorted((a, b) => b[0] - a[0]).slice(0, MOST_EXAMPLES));
}

export function parsedExamples(json: string): readonly StoredExample[] {
  return storedExamples.parse(JSON.parse(json));
}

/** An example as it is stored: when it was seen, what the primary had and what the candidate had. */
export type StoredExample = readonly [at: number, primary: string | null, candidate: string | null];

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

/** The examples of one group. Throws a TypeError for what is none: by hand, for a thread would load all of zod for it. */
export function parsedExamples(json: string): readonly StoredExample[] {
  const parsed: unknown = JSON.parse(json);
  if (Array.isArray(parsed) && parsed.every(isExample)) return parsed;
  throw new TypeError("stored examples are written in a way that this release cannot read");
}

function isExample(value: unknown): value is StoredExample {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [at, ...shown] = value as unknown[];
  return typeof at === "number" && shown.every((text) => text === null || typeof text === "string");
}

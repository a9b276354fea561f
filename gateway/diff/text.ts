import { align } from "./align.ts";
import type { Findings } from "./findings.ts";
import type { PlaceRules } from "./places.ts";
import type { Work } from "./work.ts";

/** Compares two texts by line; lines are counted from 1, as editors do. `place` are the rules of the whole body. */
export function compareText(
  primary: string,
  candidate: string,
  place: PlaceRules,
  findings: Findings,
  work: Work,
): void {
  const [p, c] = [primary.split("\n"), candidate.split("\n")];
  work.spend(p.length + c.length);
  const numbers = new Map<string, number>();
  const identityOf = (line: string) => {
    work.spend(1);
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  };
  const { pairs, isReordered } = align(
    {
      primaryCount: p.length,
      candidateCount: c.length,
      isTurned: primary > candidate,
      isSame: (n, m) => p[n] === c[m],
      identity: (side, n) => identityOf(side === "primary" ? p[n]! : c[n]!),
      parts: () => [],
    },
    work,
  );
  if (isReordered) return findings.add("body", place, "order", primary, candidate);
  const rules = place.below("line");
  for (const pair of pairs) {
    const line = String((pair.primary < 0 ? pair.candidate : pair.primary) + 1);
    if (pair.isSame) continue;
    findings.texts(
      `body/line/${line}`,
      rules.below(line),
      p[pair.primary] ?? null,
      c[pair.candidate] ?? null,
    );
  }
}

import type { Check } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import { count, counted } from "./wording.ts";

/** Pairs of a method whose primary answered below 400: fewer say nothing about it, however many there are of others. */
const FEWEST_OF_A_METHOD = 10;

/**
 * Whether each method that the route takes was seen, and answered with more than errors: the bounds hold for the mix of
 * requests that there was. `methods` is null for any, of which only those that were seen can be asked for.
 */
export function coverageCheck({ coverage }: CurrentEvidence, methods: readonly string[] | null): Check {
  const seen = byMethod(coverage);
  const asked = methods ?? [...seen.keys()];
  const gaps = asked.flatMap((method) => gapOf(method, seen.get(method)));
  const classes = [...seen].map(([method, byClass]) => {
    const each = [...byClass]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, n]) => `${count(n)} × ${name}`);
    return `${method} ${each.join(", ")}`;
  });
  const says = gaps.length === 0 ? classes.join("; ") : gaps.join("; ");
  const next =
    gaps.length === 0
      ? null
      : "traffic of that kind, a share of writes (shadow.writes), or a corpus to replay";
  const verdict = gaps.length === 0 ? "yes" : "unknown";
  return {
    name: "coverage",
    verdict,
    says,
    measured: asked.length - gaps.length,
    needed: asked.length,
    next,
  };
}

function gapOf(method: string, byClass: ReadonlyMap<string, number> | undefined): string[] {
  if (byClass === undefined) return [`${method} was never compared`];
  const good = [...byClass].reduce((sum, [name, n]) => (isGood(name) ? sum + n : sum), 0);
  if (good >= FEWEST_OF_A_METHOD) return [];
  if (good === 0) return [`of ${method} only errors were compared`];
  return [
    `${method} was compared only ${counted(good, "time")} without an error, and ${FEWEST_OF_A_METHOD} are needed`,
  ];
}

const isGood = (name: string) => name === "2xx" || name === "3xx" || name === "1xx";

/** Counts by method, and by class of status or kind of failure. */
function byMethod(coverage: CurrentEvidence["coverage"]): Map<string, Map<string, number>> {
  const methods = new Map<string, Map<string, number>>();
  for (const [name, n] of Object.entries(coverage)) {
    const [method = "", answer = ""] = name.split(" ");
    const byClass = methods.get(method) ?? new Map<string, number>();
    methods.set(method, byClass);
    const kind = /^\d{3}$/.test(answer) ? `${answer[0]}xx` : answer;
    byClass.set(kind, (byClass.get(kind) ?? 0) + n);
  }
  return methods;
}

import type { FieldJudgement } from "../diff/noise-verdict.ts";
import { WHOLE_ANSWER } from "../diff/noise.ts";
import type { Check } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import { differingPlaces } from "./mismatch-check.ts";
import { percent, places } from "./wording.ts";

/**
 * Whether any field is worse than legacy's own noise. A field that regresses is a `no`, by name, however noisy it is; unless
 * the mismatches' bound already keeps within what is allowed. No field can differ in more pairs than answers do, so then
 * that bound covers each of them: a real but tolerated difference is named and passes, or more evidence would make a
 * verdict worse that it confirms. What differs and is neither known to be noise nor covered is unknown.
 */
export function fieldCheck(
  evidence: CurrentEvidence,
  judged: ReadonlyMap<string, FieldJudgement>,
  mismatches: Check,
): Check {
  const check = (verdict: Check["verdict"], says: string, next: string | null = null): Check => {
    return { name: "fields", verdict, says, measured: null, needed: null, next };
  };
  const regressing = regressingFields([...judged.values()]);
  const named = places(regressing.map(nameOf));
  const differing = differingPlaces(evidence);
  if (differing.length === 0) return check("yes", "no field differs");
  if (mismatches.verdict === "yes") {
    const what = regressing.length === 0 ? "no field differs more often than is allowed" : null;
    return check("yes", what ?? `${named} differs, within what is allowed`);
  }
  const [worst, ...others] = regressing;
  if (worst !== undefined) {
    const more = others.length === 0 ? "" : `; so does ${places(others.map(nameOf))}`;
    const next = `a function that answers as legacy does at ${named}`;
    return check("no", `${nameOf(worst)} regresses: ${reasonOf(worst)}${more}`, next);
  }
  const unexplained = differing.filter((at) => judged.get(at)?.verdict !== "noisy");
  if (unexplained.length > 0) {
    const says = `legacy's own noise does not explain, or not yet, what differs at ${places(unexplained)}`;
    const next = "look at the differences, or let legacy be asked twice more often (shadow.secondary)";
    return check("unknown", says, next);
  }
  return check("yes", `what differs is noise that legacy has too: ${places(differing)}`);
}

/** Worst first. The answer as a whole is no field, and stands for them only where none does. */
function regressingFields(judgements: readonly FieldJudgement[]): FieldJudgement[] {
  const regressing = judgements.filter(({ verdict }) => verdict === "regresses");
  const fields = regressing.filter(({ at }) => at !== WHOLE_ANSWER);
  return (fields.length > 0 ? fields : regressing).toSorted((a, b) => b.excess - a.excess);
}

const nameOf = ({ at }: FieldJudgement) => (at === WHOLE_ANSWER ? "the whole answer" : at);

function reasonOf({ by, excess }: FieldJudgement): string {
  if (by === null || by === "differs")
    return `it differs in ${percent(excess)} more of the answers than legacy from itself`;
  const [feature = by] = by.split(":");
  return `${REASONS[feature] ?? `it is a value of shape "${feature}"`} more often than in legacy's second answer`;
}

/** What a feature of values says in words; others are shapes. */
const REASONS: Readonly<Record<string, string>> = {
  absent: "it is absent",
  format: "it is written in another format",
  value: "it has some values",
  change: "it differs in the same way",
  far: "it is far off",
};

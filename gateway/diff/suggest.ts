import type { FieldNoise } from "../store/evidence-store.ts";
import type { Comparison, Difference } from "./comparison.ts";
import { foldPlace } from "./group.ts";
import { WHOLE_ANSWER, withAllTriples } from "./noise.ts";
import { judgeField } from "./noise-verdict.ts";
import type { ArrayRule, MatcherRule } from "./rules.ts";
import { shapesOf } from "./shapes.ts";

/** A rule that would quiet a noisy place, and what that costs. */
export interface Suggestion {
  readonly at: string;
  /** What was seen, for people. */
  readonly sentence: string;
  readonly rule: SuggestedRule;
  /** The rule as YAML, an entry of a list of rules. */
  readonly paste: string;
  /** Share of the pairs looked at whose verdict the rule would turn from a mismatch. */
  readonly hides: number;
}

export type SuggestedRule =
  | { readonly sort: "matcher"; readonly rule: MatcherRule }
  | { readonly sort: "array"; readonly rule: ArrayRule };

/** Shapes that a matcher can demand. All others can only be ignored, which somebody has to answer for. */
const LIKE = ["uuid", "timestamp", "date", "url", "integer", "number", "text"] as const;
type Like = (typeof LIKE)[number];

/** Legacy has to have differed from itself this often before anybody is asked to write a rule. */
const MIN_DIFFERING = 5;

/**
 * Rules for the places at which legacy differs from itself, those that quiet most first. A place at which the candidate
 * regresses gets none: a rule would hide just that. `comparisons` are recent ones, by which is told what a rule hides.
 */
export function suggestRules(
  fields: readonly FieldNoise[],
  comparisons: readonly Comparison[],
): Suggestion[] {
  return withAllTriples(fields)
    .filter(isWorthARule)
    .flatMap((field) => suggestionFor(field, comparisons))
    .toSorted((a, b) => b.hides - a.hides || (a.at < b.at ? -1 : 1));
}

function isWorthARule(field: FieldNoise): boolean {
  if (field.at === WHOLE_ANSWER || field.onlySecondary + field.both < MIN_DIFFERING) return false;
  return judgeField(field).verdict !== "regresses";
}

function suggestionFor(field: FieldNoise, comparisons: readonly Comparison[]): Suggestion[] {
  const { at } = field;
  const share = percent((field.onlySecondary + field.both) / field.triples);
  const differs = `\`${at}\` differs from itself ${share} of the time`;
  const differences = comparisons.flatMap((comparison) => comparison.differences.filter(isAt(at)));
  if (differences.length > 0 && differences.every(({ kind }) => kind === "order")) {
    const rule: ArrayRule = { id: `set ${at}`, at, as: "set", key: null };
    const sentence = `${differs}, but only in the order of its elements: compare it as a set?`;
    return [
      suggestion(at, sentence, { sort: "array", rule }, `- { at: ${quoted(at)}, as: set }`, comparisons),
    ];
  }
  const like = LIKE.find((shape) => field.shapes.includes(shape));
  if (like === undefined) return [];
  const rule: MatcherRule = { id: `${like} ${at}`, at, matcher: { like } };
  const sentence = `${differs} and is always ${WORDS[like]}: matcher \`like: ${like}\`?`;
  return [
    suggestion(
      at,
      sentence,
      { sort: "matcher", rule },
      `- { at: ${quoted(at)}, like: ${like} }`,
      comparisons,
    ),
  ];
}

const WORDS: Readonly<Record<Like, string>> = {
  uuid: "a UUID",
  timestamp: "a timestamp",
  date: "a date",
  url: "a URL",
  integer: "a whole number",
  number: "a number",
  text: "a text",
};

function suggestion(
  at: string,
  sentence: string,
  rule: SuggestedRule,
  paste: string,
  comparisons: readonly Comparison[],
): Suggestion {
  const hidden = comparisons.filter((comparison) => isHiddenBy(comparison, at, rule));
  const hides = comparisons.length === 0 ? 0 : hidden.length / comparisons.length;
  return { at, sentence: `${sentence} ${costOf(hides)}`, rule, paste, hides };
}

const costOf = (hides: number) =>
  hides === 0
    ? "No pair would match for it alone."
    : `${percent(hides)} of the pairs would match that are mismatches now.`;

/** True when all that makes a pair a mismatch is what the rule allows. */
function isHiddenBy({ differences, truncated }: Comparison, at: string, suggested: SuggestedRule): boolean {
  if (differences.length === 0 || truncated) return false;
  return differences.every((difference) => isAt(at)(difference) && isAllowed(difference, suggested));
}

function isAllowed({ kind, primary, candidate }: Difference, suggested: SuggestedRule): boolean {
  if (suggested.sort === "array") return kind === "order";
  const { like } = suggested.rule.matcher;
  const hasShape = (shown: string | null) =>
    shown !== null && shapesOf(shown).some((shape) => shape === like);
  return hasShape(primary) && hasShape(candidate);
}

const isAt = (place: string) => (difference: Difference) => foldPlace(difference.at) === place;

/** Names of members are anything, and YAML reads much of that as something else. */
const quoted = (at: string) => (/^[\w/.-]+$/.test(at) ? at : JSON.stringify(at));

function percent(share: number): string {
  const digits = share > 0 && share < 0.01 ? 2 : 0;
  return `${(share * 100).toFixed(digits)} %`;
}

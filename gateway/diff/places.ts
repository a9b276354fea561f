import type { ArrayRule, CompareRules, IgnoreRule, MatcherRule } from "./rules.ts";

/** A rule of any sort, with its position in its list: of two that reach a place, the one listed first counts. */
type Placed =
  | { readonly sort: "matcher"; readonly rule: MatcherRule; readonly rank: number }
  | { readonly sort: "ignore"; readonly rule: IgnoreRule; readonly rank: number }
  | { readonly sort: "array"; readonly rule: ArrayRule; readonly rank: number };

/** One step of the patterns, merged into a tree. */
interface Step {
  readonly named: Map<string, Step>;
  /** Behind `*`. */
  any: Step | null;
  /** Behind a last `**`: reaches the place itself and, as it `stays`, all below. */
  deep: Step | null;
  readonly stays: boolean;
  readonly placed: Placed[];
}

/**
 * The rules that reach one place, and the way to those of the places below it. Places of like rules share one object, so
 * going down costs one look-up, however long the list of rules is.
 */
export class PlaceRules {
  /** True when no rule reaches this place or any below: nothing needs to be looked up. */
  readonly isIdle: boolean;
  readonly matcher: MatcherRule | null;
  /** True when the matcher names this place and did not come down from above by `**`. */
  readonly matcherNamesPlace: boolean;
  readonly ignores: readonly IgnoreRule[];
  readonly array: ArrayRule | null;
  readonly #steps: readonly Step[];
  readonly #below = new Map<string, PlaceRules>();
  #otherwise: PlaceRules | null = null;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.isIdle = steps.length === 0;
    const placed = steps.flatMap((step) => step.placed).toSorted((a, b) => a.rank - b.rank);
    const matching = placed.find(({ sort }) => sort === "matcher");
    this.matcher = matching?.sort === "matcher" ? matching.rule : null;
    this.matcherNamesPlace = steps.some(
      (step) => !step.stays && matching !== undefined && step.placed.includes(matching),
    );
    this.ignores = placed.flatMap((one) => (one.sort === "ignore" ? [one.rule] : []));
    this.array = placed.flatMap((one) => (one.sort === "array" ? [one.rule] : []))[0] ?? null;
  }

  /** The rules one step further. `step` is unescaped. */
  below(step: string): PlaceRules {
    if (this.isIdle) return this;
    const escaped = escapeStep(step);
    if (!this.#steps.some(({ named }) => named.has(escaped))) {
      // No rule names the step, so it is like any other: places come from answers, and must not fill the memory.
      return (this.#otherwise ??= new PlaceRules(next(this.#steps, null)));
    }
    let found = this.#below.get(escaped);
    if (found === undefined) {
      found = new PlaceRules(next(this.#steps, escaped));
      this.#below.set(escaped, found);
    }
    return found;
  }

  /** The rule that excuses a difference of this kind here, if one does and has not expired. */
  excuse(kind: string, now: number): IgnoreRule | undefined {
    return this.ignores.find((rule) => rule.until > now && (rule.kind === null || rule.kind === kind));
  }
}

function next(steps: readonly Step[], name: string | null): Step[] {
  const reached: Step[] = [];
  for (const step of steps) {
    if (step.stays) reached.push(step);
    for (const child of [name === null ? undefined : step.named.get(name), step.any]) {
      if (!child) continue;
      reached.push(child);
      if (child.deep) reached.push(child.deep);
    }
  }
  return reached;
}

/** A step as places write it: `/` is `~1` and `~` is `~0` (RFC 6901 §3). */
export function escapeStep(step: string): string {
  if (!step.includes("/") && !step.includes("~")) return step;
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

const compiled = new WeakMap<CompareRules, PlaceRules>();

/** The rules of the place above all places. Compiled once for each set of rules; throws where a pattern is none. */
export function compileRules(rules: CompareRules): PlaceRules {
  let root = compiled.get(rules);
  if (root === undefined) {
    const step = newStep(false);
    rules.matchers.forEach((rule, rank) => plant(step, { sort: "matcher", rule, rank }));
    rules.ignores.forEach((rule, rank) => plant(step, { sort: "ignore", rule, rank }));
    rules.arrays.forEach((rule, rank) => plant(step, { sort: "array", rule, rank }));
    root = new PlaceRules(step.deep ? [step, step.deep] : [step]);
    compiled.set(rules, root);
  }
  return root;
}

function plant(root: Step, placed: Placed): void {
  const { id, at } = placed.rule;
  const names = at.split("/");
  let step = root;
  names.forEach((name, n) => {
    if (name === "**") {
      if (n !== names.length - 1)
        throw new Error(`Rule "${id}": "**" has to be the last step of "${at}"; use "*" for one step.`);
      step = step.deep ??= newStep(true);
    } else if (name === "*") {
      step = step.any ??= newStep(false);
    } else {
      const known = step.named.get(name) ?? newStep(false);
      step.named.set(name, known);
      step = known;
    }
  });
  step.placed.push(placed);
}

function newStep(stays: boolean): Step {
  return { named: new Map(), any: null, deep: null, stays, placed: [] };
}

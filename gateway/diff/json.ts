import { align, type Lists } from "./align.ts";
import type { DifferenceKind } from "./comparison.ts";
import { canonicalNumber } from "./decimal.ts";
import type { Findings } from "./findings.ts";
import { JsonIdentities } from "./json-identity.ts";
import { elementsOf, type JsonSource, membersFrom, sourceOf, stringOf, typeOf } from "./json-source.ts";
import { judge, type Look } from "./matchers.ts";
import { type Pair, pairByIdentity } from "./pairing.ts";
import { escapeStep, PlaceRules } from "./places.ts";
import type { CompareRules } from "./rules.ts";
import type { Work } from "./work.ts";

const NO_RULES = new PlaceRules([]);

/** Compares two JSON texts value by value. `place` are the rules of the whole body. */
export function compareJson(
  primary: JsonSource,
  candidate: JsonSource,
  place: PlaceRules,
  rules: CompareRules,
  findings: Findings,
  work: Work,
): void {
  work.spend(primary.count + candidate.count);
  new JsonWalk(primary, candidate, rules, findings, work).values(0, 0, place);
}

/** One walk through two JSON texts at once. Values go by their numbers; -1 is one that is not there. */
class JsonWalk {
  readonly #primary: JsonSource;
  readonly #candidate: JsonSource;
  readonly #rules: CompareRules;
  readonly #findings: Findings;
  readonly #work: Work;
  readonly #identities: JsonIdentities;
  readonly #isTurned: boolean;
  /** Where the walk is. */
  readonly #steps: (string | number)[] = [];
  /** While probing, differences are not noted: the first one ends the probe. */
  #isProbing = false;
  #differs = false;

  constructor(
    primary: JsonSource,
    candidate: JsonSource,
    rules: CompareRules,
    findings: Findings,
    work: Work,
  ) {
    this.#primary = primary;
    this.#candidate = candidate;
    this.#rules = rules;
    this.#findings = findings;
    this.#work = work;
    this.#identities = new JsonIdentities(rules, findings.now, work);
    this.#isTurned = primary.text > candidate.text;
  }

  values(p: number, c: number, rules: PlaceRules): void {
    this.#work.enter(this.#steps.length);
    if (this.#isSameSource(p, c)) return;
    const type = typeOf(this.#primary, p);
    const isSameType = type === typeOf(this.#candidate, c);
    const isContainer = isSameType && (type === "object" || type === "array");
    const { matcher } = rules;
    // What is the same needs no excuse.
    if (isSameType && !isContainer && this.#isSameScalar(type, p, c)) return;
    if (matcher !== null && (!isContainer || rules.matcherNamesPlace || matcher.matcher.like === "any"))
      this.#judge(p, c, rules);
    else if (!isSameType) this.#found("type", p, c, rules);
    else if (type === "object") this.#members(p, c, rules);
    else if (type === "array") this.#elements(p, c, rules);
    else this.#found("value", p, c, rules);
  }

  #isSameSource(p: number, c: number): boolean {
    const [a, b] = [this.#primary, this.#candidate];
    const length = a.ends[p]! - a.starts[p]!;
    if (length !== b.ends[c]! - b.starts[c]!) return false;
    // Comparing texts costs next to nothing, but not on each of many levels.
    this.#work.spend(length >> 6);
    return sourceOf(a, p) === sourceOf(b, c);
  }

  #isSameScalar(type: string, p: number, c: number): boolean {
    if (type === "string") return stringOf(this.#primary, p) === stringOf(this.#candidate, c);
    if (type !== "number" || this.#rules.numbersAsWritten) return false;
    return canonicalNumber(sourceOf(this.#primary, p)) === canonicalNumber(sourceOf(this.#candidate, c));
  }

  #judge(p: number, c: number, rules: PlaceRules): void {
    const { id, matcher } = rules.matcher!;
    if (this.#isSame(p, c, NO_RULES)) return;
    const judged = judge(matcher, lookOf(this.#primary, p), lookOf(this.#candidate, c));
    if (judged !== "allowed") this.#found(judged, p, c, rules);
    else if (!this.#isProbing)
      this.#findings.allow(this.#at(), id, sourceOf(this.#primary, p), sourceOf(this.#candidate, c));
  }

  /** Members are compared by name, whatever their order; of duplicates the first with the first, and so on. */
  #members(object: number, other: number, rules: PlaceRules): void {
    const [a, b] = [this.#primary, this.#candidate];
    let p = object + 1;
    let c = other + 1;
    // Two servers mostly write members in one order. Only what comes behind the first exception needs a map.
    while (p < a.nexts[object]! && c < b.nexts[other]! && this.#isSameName(p, c)) {
      this.#below(stringOf(a, p), p + 1, c + 1, rules);
      if (this.#differs) return;
      p = a.nexts[p + 1]!;
      c = b.nexts[c + 1]!;
    }
    this.#work.spend(b.nexts[other]! - c);
    const rest = membersFrom(b, other, c);
    for (; p < a.nexts[object]! && !this.#differs; p = a.nexts[p + 1]!) {
      const name = stringOf(a, p);
      this.#below(name, p + 1, rest.get(name)?.pop() ?? -1, rules);
    }
    for (const [name, values] of rest) {
      for (const value of values.toReversed()) this.#below(name, -1, value, rules);
    }
  }

  #isSameName(p: number, c: number): boolean {
    return (
      this.#isSameSource(p, c) ||
      // Escapes spell one name in two ways, mostly of two lengths; the map finds those of one.
      (this.#lengthOf(this.#primary, p) !== this.#lengthOf(this.#candidate, c) &&
        stringOf(this.#primary, p) === stringOf(this.#candidate, c))
    );
  }

  #lengthOf({ starts, ends }: JsonSource, value: number): number {
    return ends[value]! - starts[value]!;
  }

  #elements(array: number, other: number, rules: PlaceRules): void {
    const p = elementsOf(this.#primary, array);
    const c = elementsOf(this.#candidate, other);
    this.#work.spend(p.length + c.length);
    const as = rules.array?.as ?? "list";
    let pairs: readonly Pair[];
    if (as !== "list") {
      const key = as === "keyed" ? rules.array!.key : null;
      pairs = pairByIdentity(
        p.map((value, n) => this.#identity(this.#primary, value, key, below(rules, n))),
        c.map((value, n) => this.#identity(this.#candidate, value, key, below(rules, n))),
      );
    } else if (this.#isProbing) {
      if (p.length !== c.length) return this.#found("value", array, other, rules);
      pairs = p.map((_, n) => ({ primary: n, candidate: n, isSame: false }));
    } else {
      const alignment = align(this.#lists(p, c, rules), this.#work);
      if (alignment.isReordered) this.#found("order", array, other, rules);
      pairs = alignment.pairs;
    }
    for (const { primary, candidate, isSame } of pairs) {
      if (this.#differs) return;
      // What is the same needs another look only where rules want to be named for it.
      if (isSame && rules.isIdle) continue;
      this.#below(primary < 0 ? candidate : primary, p[primary] ?? -1, c[candidate] ?? -1, rules);
    }
  }

  #lists(p: readonly number[], c: readonly number[], rules: PlaceRules): Lists {
    const depth = this.#steps.length + 1;
    const [a, b] = [this.#primary, this.#candidate];
    return {
      primaryCount: p.length,
      candidateCount: c.length,
      isTurned: this.#isTurned,
      isSame: (n, m) => this.#isSame(p[n]!, c[m]!, below(rules, n)),
      identity: (side, n) =>
        side === "primary"
          ? this.#identities.of(a, p[n]!, below(rules, n), depth)
          : this.#identities.of(b, c[n]!, below(rules, n), depth),
      parts: (side, n) =>
        side === "primary"
          ? this.#identities.parts(a, p[n]!, below(rules, n), depth)
          : this.#identities.parts(b, c[n]!, below(rules, n), depth),
    };
  }

  /** Probes two values. */
  #isSame(p: number, c: number, rules: PlaceRules): boolean {
    const [wasProbing, differed] = [this.#isProbing, this.#differs];
    this.#isProbing = true;
    this.#differs = false;
    this.values(p, c, rules);
    const isSame = !this.#differs;
    this.#isProbing = wasProbing;
    this.#differs = differed;
    return isSame;
  }

  /** What an element is found by: itself, or the member that is its key, if it has one. */
  #identity(json: JsonSource, value: number, key: string | null, rules: PlaceRules): number {
    const depth = this.#steps.length + 1;
    if (key === null) return this.#identities.of(json, value, rules, depth);
    if (typeOf(json, value) !== "object") return -1;
    const held = membersFrom(json, value, value + 1)
      .get(key)
      ?.at(-1);
    return held === undefined ? -1 : this.#identities.of(json, held, rules.below(key), depth + 1);
  }

  /** Goes one step down, to two values or to the only one there is. */
  #below(step: string | number, p: number, c: number, rules: PlaceRules): void {
    this.#steps.push(step);
    const place = below(rules, step);
    if (p >= 0 && c >= 0) this.values(p, c, place);
    else if (!this.#isAbsentNull(p, c)) this.#found(p < 0 ? "extra" : "missing", p, c, place);
    this.#steps.pop();
  }

  #isAbsentNull(p: number, c: number): boolean {
    // An element that is null takes a place, a member that is null does not.
    if (!this.#rules.nullIsAbsent || typeof this.#steps.at(-1) === "number") return false;
    return typeOf(p < 0 ? this.#candidate : this.#primary, p < 0 ? c : p) === "null";
  }

  #found(kind: DifferenceKind, p: number, c: number, rules: PlaceRules): void {
    if (this.#isProbing) {
      this.#differs ||= rules.excuse(kind, this.#findings.now) === undefined;
      return;
    }
    const primary = p < 0 ? null : sourceOf(this.#primary, p);
    const candidate = c < 0 ? null : sourceOf(this.#candidate, c);
    this.#findings.add(this.#at(), rules, kind, primary, candidate);
  }

  #at(): string {
    return ["body", ...this.#steps.map((step) => escapeStep(String(step)))].join("/");
  }
}

function below(rules: PlaceRules, step: string | number): PlaceRules {
  return rules.isIdle ? rules : rules.below(String(step));
}

function lookOf(json: JsonSource, value: number): Look {
  const type = typeOf(json, value);
  return { type, text: type === "string" ? stringOf(json, value) : sourceOf(json, value) };
}

import type { Difference, DifferenceKind, IgnoredDifference } from "./comparison.ts";
import { judge, type Look } from "./matchers.ts";
import type { PlaceRules } from "./places.ts";

/** Differences that are listed; a comparison that has found one more is over. */
export const MAX_LISTED = 100;

/** Characters of a value that a difference shows. */
const MAX_SHOWN = 200;

/** Thrown when as many differences are found as are ever listed. */
export class Enough extends Error {
  override readonly name = "Enough";
}

/** What one comparison has found. */
export class Findings {
  readonly differences: Difference[] = [];
  readonly ignored: IgnoredDifference[] = [];
  isTruncated = false;
  readonly now: number;

  constructor(now: number) {
    this.now = now;
  }

  /** Notes a difference, unless an ignore rule excuses it. */
  add(at: string, rules: PlaceRules, kind: DifferenceKind, primary: string | null, candidate: string | null) {
    const difference = { at, kind, primary: shown(primary), candidate: shown(candidate) };
    const excuse = rules.excuse(kind, this.now);
    if (excuse !== undefined) return this.excuse(difference, excuse.id);
    if (this.differences.length === MAX_LISTED) {
      this.isTruncated = true;
      throw new Enough();
    }
    this.differences.push(difference);
  }

  /** Notes a difference that a matcher allows. */
  allow(at: string, by: string, primary: string, candidate: string) {
    this.excuse({ at, kind: "value", primary: shown(primary), candidate: shown(candidate) }, by);
  }

  /** Compares two texts at a place that holds no more than text; null is absence. */
  texts(at: string, rules: PlaceRules, primary: string | null, candidate: string | null) {
    if (primary === candidate) return;
    if (primary === null) return this.add(at, rules, "extra", null, candidate);
    if (candidate === null) return this.add(at, rules, "missing", primary, null);
    const { matcher } = rules;
    const judged = matcher && judge(matcher.matcher, look(primary), look(candidate));
    if (matcher && judged === "allowed") this.allow(at, matcher.id, primary, candidate);
    else this.add(at, rules, judged === "shape" ? "shape" : "value", primary, candidate);
  }

  excuse(difference: Difference, by: string) {
    if (this.ignored.length === MAX_LISTED) this.isTruncated = true;
    else this.ignored.push({ ...difference, by });
  }
}

const look = (text: string): Look => ({ type: "text", text });

function shown(text: string | null): string | null {
  if (text === null) return null;
  const isCutInPair = text.length > MAX_SHOWN && isHighSurrogate(text.charCodeAt(MAX_SHOWN - 1));
  const cut = text.slice(0, isCutInPair ? MAX_SHOWN - 1 : MAX_SHOWN);
  // A slice keeps the whole body alive for as long as somebody keeps the slice; this copies.
  return Buffer.from(cut, "utf16le").toString("utf16le");
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

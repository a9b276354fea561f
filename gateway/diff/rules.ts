/** What a value at a place has to look like, instead of being the same. */
export type Matcher =
  | { readonly like: "uuid" | "timestamp" | "date" | "url" | "integer" | "number" | "text" | "any" }
  /** The same timestamp, however it is written and in whatever zone, within a tolerance. */
  | { readonly like: "same-time"; readonly withinMs: number }
  /** The same number within a tolerance. */
  | { readonly like: "same-number"; readonly within: number }
  /** The same text but for case, or for white space at its ends and runs of it. */
  | { readonly like: "same-but-case" }
  | { readonly like: "same-but-space" };

/**
 * What values at some places have to look like. `at` is a place as `Difference.at` writes it (`header/x-request-id`,
 * `cookie/sid`, `body/items/0/price`), in which the step `*` stands for any one step and a last step `**` for the place
 * itself and all below it.
 */
export interface MatcherRule {
  readonly id: string;
  readonly at: string;
  readonly matcher: Matcher;
}

/** Differences that somebody answers for, until a day. An expired rule excuses nothing. */
export interface IgnoreRule {
  readonly id: string;
  readonly at: string;
  /** Only this kind of difference; null means any. */
  readonly kind: string | null;
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since the epoch at which it expires. */
  readonly until: number;
}

/** How an array's elements find each other. By index unless a rule says otherwise. */
export interface ArrayRule {
  readonly id: string;
  readonly at: string;
  readonly as: "list" | "set" | "keyed";
  /** Field whose value identifies an element, for `keyed`. */
  readonly key: string | null;
}

/** How the two answers of one route are compared. Immutable; its digest is part of what evidence is keyed by. */
export interface CompareRules {
  readonly matchers: readonly MatcherRule[];
  readonly ignores: readonly IgnoreRule[];
  readonly arrays: readonly ArrayRule[];
  /** True when `null` and an absent member are the same. */
  readonly nullIsAbsent: boolean;
  /** True when the numbers `1` and `1.0` differ: their source text counts and not their value. */
  readonly numbersAsWritten: boolean;
  /** Header fields that are not compared, lower-case, beside those that never are. */
  readonly ignoredHeaders: readonly string[];
  /** How HTML and XML are compared. */
  readonly markup: "structure" | "text" | "bytes";
}

/** What is compared as long as nobody says otherwise. */
export const DEFAULT_RULES: CompareRules = {
  matchers: [],
  ignores: [],
  arrays: [],
  nullIsAbsent: false,
  numbersAsWritten: false,
  ignoredHeaders: [],
  markup: "structure",
};

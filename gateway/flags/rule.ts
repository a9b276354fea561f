import { trustIn } from "../http/trust.ts";
import type { Params } from "../routes/pattern.ts";
import type { Side } from "../upstreams/upstream.ts";
import { attributeOf, type Attribute, type Targeted } from "./attribute.ts";

/** What is compared, and with what. */
export interface Condition {
  readonly of: Attribute;
  readonly test:
    | { readonly kind: "equals"; readonly value: string }
    | { readonly kind: "in"; readonly values: readonly string[] }
    | { readonly kind: "prefix"; readonly value: string }
    /** Addresses and CIDR ranges. */
    | { readonly kind: "range"; readonly ranges: readonly string[] };
}

/** Whom a rule is for, and where it sends them. */
export interface FlagRule {
  /** What it was made from. */
  readonly conditions: readonly Condition[];
  /** True when every condition holds. */
  matches(request: Targeted, params: Params): boolean;
  /** One side for all of them, or the share of them (0–100 %) that the function answers. */
  readonly to: Side | { readonly percent: number };
  /** Wall-clock milliseconds after which it counts no more. */
  readonly untilMs?: number;
}

/** A rule made ready to be asked on every request: sets and address lists are built once. */
export function flagRule(
  conditions: readonly Condition[],
  to: FlagRule["to"],
  untilMs: number | undefined,
): FlagRule {
  const tests = conditions.map(compiled);
  return {
    conditions,
    matches: (request, params) => tests.every((holds) => holds(request, params)),
    to,
    ...(untilMs !== undefined && { untilMs }),
  };
}

type Test = (request: Targeted, params: Params) => boolean;

function compiled({ of, test }: Condition): Test {
  const holds = predicate(test);
  return (request, params) => {
    const value = attributeOf(of, request, params);
    return value !== undefined && holds(value);
  };
}

function predicate(test: Condition["test"]): (value: string) => boolean {
  switch (test.kind) {
    case "equals":
      return (value) => value === test.value;
    case "prefix":
      return (value) => value.startsWith(test.value);
    case "in": {
      const values = new Set(test.values);
      return (value) => values.has(value);
    }
    case "range":
      return trustIn(test.ranges);
    default:
      return test satisfies never;
  }
}

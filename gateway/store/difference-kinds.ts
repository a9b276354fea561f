import type { DifferenceKind } from "../diff/comparison.ts";

const KINDS: Readonly<Record<DifferenceKind, true>> = {
  failure: true,
  status: true,
  value: true,
  type: true,
  missing: true,
  extra: true,
  order: true,
  shape: true,
  bytes: true,
};

/** True for the kinds of difference that this release knows. */
export function isDifferenceKind(kind: unknown): kind is DifferenceKind {
  return typeof kind === "string" && Object.hasOwn(KINDS, kind);
}

/** All kinds, for whoever reads stored ones. */
export const DIFFERENCE_KINDS = Object.keys(KINDS).filter((kind) => isDifferenceKind(kind));
